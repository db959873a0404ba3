"""Measure every claim on seeds that the book does not quote and on other machines: ``make claims``.

``python -m course_lib.experiments.measuring --help`` tells what can be chosen. A claim about one seed is measured on
each; a claim about several together on groups of as many as the book quotes, and where that costs nothing on all of them.
The table at the end counts, for each claim, what was measured and what did not hold. The status is 1 if a claim did not
hold anywhere.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from tempfile import TemporaryFile

from tqdm import tqdm

from course_lib.experiments.claims import SEEDS, Claim, all_claims, find
from course_lib.experiments.claims.claim import DoesNotHold
from course_lib.experiments.variants import Variant, add_noise, find_variant, variants

FRESH_SEEDS = tuple(range(100, 120))


@dataclass(frozen=True)
class Outcome:
    """What one claim did under one variant.

    Attributes
    ----------
    claim, variant : str
    runs : int
        How often the experiment was run.
    failures : list of str
        The message of each seed or group of seeds on which the claim did not hold.
    """

    claim: str
    variant: str
    runs: int
    failures: list[str]


def groups(seeds: Sequence[int], size: int = len(SEEDS)) -> list[tuple[int, ...]]:
    """`seeds` in groups of `size`, the last with what is left over; fewer than `size` are filled up with those that follow."""
    seeds = (*seeds, *range(seeds[-1] + 1, seeds[-1] + 1 + size - len(seeds)))
    firsts = range(0, len(seeds) - size + 1, size)
    return [tuple(seeds[k : k + size] if k != firsts[-1] else seeds[k:]) for k in firsts]


def measure(claim: Claim, seeds: Sequence[int]) -> tuple[int, list[str]]:
    """How often the experiment was run, and every way in which the claim did not hold."""
    failures: list[str] = []

    def attempt(action, *arguments):  # type: ignore[no-untyped-def]
        try:
            return action(*arguments)
        except DoesNotHold as error:
            failures.append(str(error))
        except Exception as error:  # a run that breaks off shows no claim
            failures.append(f"{arguments}: {type(error).__name__}: {error}")
        return None

    if claim.takes is None:
        result = attempt(claim.run)
        if result is not None:
            attempt(claim.summarize, {0: result})
        return 1, failures
    if claim.takes == "seeds":
        together = groups(seeds)
        for group in together:
            attempt(claim.measure, group)
        return len(together), failures
    several = groups(seeds) if claim.about_several else []
    each = sorted({*seeds, *(seed for group in several for seed in group)})
    results = {seed: attempt(claim.run, seed) for seed in each}
    whole = [tuple(each)] if len(several) > 1 else []
    for group in [*several, *whole]:
        if all(results[seed] is not None for seed in group):
            attempt(claim.summarize, {seed: results[seed] for seed in group})
    return len(each), failures


# -- one process for each variant --------------------------------------------------------------------------------


def work(job: str) -> None:
    """In a process that has the environment of a variant: measure the claims of a job, and print an outcome a line."""
    order = json.loads(job)
    claims = [find(name) for name in order["claims"]]
    if order["noise"]:
        add_noise()
    # whatever an experiment prints is not for us
    out, sys.stdout = sys.stdout, sys.stderr
    for claim in claims:
        runs, failures = measure(claim, order["seeds"])
        print(json.dumps(asdict(Outcome(claim.name, order["variant"], runs, failures))), file=out, flush=True)


WORK = "import sys; from course_lib.experiments.measuring import work; work(sys.argv[1])"


def outcomes(claims: Sequence[str], variant: Variant, seeds: Sequence[int]) -> Iterator[Outcome]:
    """Measure claims under a variant in a process of their own."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **variant.environment}
    job = json.dumps({"claims": claims, "seeds": list(seeds), "variant": variant.name, "noise": variant.noise})
    left = list(claims)
    with (
        TemporaryFile("w+") as complaints,
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", WORK, job],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints, text=True,
        ) as process,
    ):  # fmt: skip
        assert process.stdout
        for line in process.stdout:
            left.pop(0)
            yield Outcome(**json.loads(line))
        process.wait()
        complaints.seek(0)
        last = (complaints.read().strip().splitlines() or ["no message"])[-1]
    for name in left:
        yield Outcome(name, variant.name, 0, [f"the process ended with status {process.returncode}: {last}"])


def measure_all(claims: Sequence[str], chosen: Sequence[Variant], seeds: Sequence[int], workers: int) -> list[Outcome]:
    """Every claim under every variant, the claims of a chapter in one process, which shares what they share."""
    chapters: dict[str, list[str]] = defaultdict(list)
    for name in claims:
        chapters[name.split("/")[0]].append(name)
    found: list[Outcome] = []

    def chapter(names: list[str], variant: Variant) -> None:
        for outcome in outcomes(names, variant, seeds):
            found.append(outcome)
            progress.update()
            for failure in outcome.failures:
                progress.write(f"{outcome.claim} under {outcome.variant}: {failure}", file=sys.stderr)

    with ThreadPoolExecutor(workers) as pool, tqdm(total=len(claims) * len(chosen), unit="claim", smoothing=0) as progress:
        jobs = [pool.submit(chapter, names, variant) for variant in chosen for names in chapters.values()]
        try:
            for job in as_completed(jobs):
                job.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return found


# -- the table ---------------------------------------------------------------------------------------------------


def table(found: Iterable[Outcome], seeds: Sequence[int]) -> str:
    """Claim, seeds, variants, failures: a row for each claim, and the numbers of each failure below."""
    rows: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in found:
        rows[outcome.claim].append(outcome)
    width = max(map(len, rows), default=5)
    lines = [f"{'claim':{width}}  seeds  variants  runs  failures"]
    for name, under in sorted(rows.items()):
        random = len(seeds) if find(name).random else "-"
        runs, failures = sum(o.runs for o in under), sum(len(o.failures) for o in under)
        lines.append(f"{name:{width}}  {random:>5}  {len(under):>8}  {runs:>4}  {failures:>8}")
    failed = [o for under in rows.values() for o in under if o.failures]
    lines += ["", *(f"{o.claim} under {o.variant}: {message}" for o in failed for message in o.failures)]
    every = [o for under in rows.values() for o in under]
    names = {o.variant for o in every}
    lines.append(
        f"{len(rows)} claims, {len(seeds)} seeds, {len(names)} variants: {sum(o.runs for o in every):,d} runs, "
        f"{sum(len(o.failures) for o in every)} failures"
        + (f" of {len({o.claim for o in failed})} claims." if failed else ". Every claim holds.")
    )
    return "\n".join(lines)


def some_seeds(text: str) -> list[int]:
    """The numbers that "100-119" or "7,9,11" names."""
    try:
        seeds = [
            seed
            for part in text.split(",")
            for first, dash, last in [part.partition("-")]
            for seed in range(int(first), int(last if dash else first) + 1)
        ]
    except ValueError:
        seeds = []
    if not seeds or len(set(seeds)) != len(seeds):
        raise argparse.ArgumentTypeError(f"seeds are different whole numbers such as 100-119 or 7,9,11; got {text!r}.")
    return seeds


def workers(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"workers is a number of processes, 1 or more; got {text!r}.")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make claims", description=__doc__.split("\n")[0])
    parser.add_argument("claims", nargs="*", help="names of claims or chapters (default: all)")
    parser.add_argument("--seeds", type=some_seeds, default=FRESH_SEEDS, help="such as 100-119 (the default) or 7,9,11")
    parser.add_argument("--variants", help="names with commas between, + joining what applies together (default: all)")
    parser.add_argument("--workers", type=workers, default=os.cpu_count(), help="processes at a time (default: the cores)")
    options = parser.parse_args(arguments)
    try:
        names = list(dict.fromkeys(name for given in options.claims for name in named(given))) or list(all_claims())
        chosen = [find_variant(name) for name in options.variants.split(",")] if options.variants else list(variants().values())
    except KeyError as error:
        parser.error(error.args[0])
    found = measure_all(names, chosen, options.seeds, options.workers)
    print(table(found, options.seeds))
    return int(any(outcome.failures for outcome in found))


def named(given: str) -> list[str]:
    """A claim, or the claims of a chapter."""
    chapter = [name for name in all_claims() if name.split("/")[0] == given]
    return chapter or [find(given).name]


if __name__ == "__main__":
    sys.exit(main())
