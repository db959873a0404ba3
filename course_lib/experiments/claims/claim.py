"""What a claim is, and how its numbers are written in a sentence."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from statistics import fmean, median
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from course_lib.experiments.claims.explaining import explain

SEEDS = tuple(range(5))
"""The seeds whose results the book quotes."""

Seeds: TypeAlias = tuple[int, ...]
Numbers: TypeAlias = Mapping[str, ArrayLike]

_claims: dict[str, Claim] = {}


class DoesNotHold(AssertionError):
    """A claim was measured and is not true; the message has the numbers that its assertion compared."""


@dataclass(frozen=True)
class Measured:
    """A number as measured over several seeds.

    In a sentence it is its range, or one number where rounding leaves no difference: ``f"{x:.2f}"`` may give "1.97 to
    2.03". ``{x.low:.2f}``, ``{x.high:.2f}``, ``{x.median:.2f}`` and ``{x.mean:.2f}`` pick one.
    """

    values: tuple[float, ...]

    @property
    def low(self) -> Number:
        return Number(min(self.values))

    @property
    def high(self) -> Number:
        return Number(max(self.values))

    @property
    def median(self) -> Number:
        return Number(median(self.values))

    @property
    def mean(self) -> Number:
        return Number(fmean(self.values))

    def below(self, other: Measured | float) -> float:
        """The share of seeds on which this is less than `other`, a number or what was measured on the same seeds."""
        others = other.values if isinstance(other, Measured) else [other] * len(self.values)
        return fmean(a < b for a, b in zip(self.values, others, strict=True))

    def __format__(self, spec: str) -> str:
        low, high = format(self.low, spec), format(self.high, spec)
        return low if low == high else f"{low} to {high}"


class Number(float):
    """A float that is written as in print: 1.5e-05 is 1.5×10⁻⁵, and a minus is not a hyphen."""

    def __format__(self, spec: str) -> str:
        if not spec and self.is_integer():
            spec = ",d"
        text = format(int(self) if spec.endswith("d") else float(self), spec)
        text = re.sub(r"e([+-]\d+)$", lambda m: "×10" + str(int(m[1])).translate(_SUPERSCRIPT), text)
        return re.sub(r"^1×", "", text).replace("-", "−")


_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass
class Claim:
    """A statement of the book with the experiment that shows it.

    Attributes
    ----------
    name : str
        "chapter/what-it-says".
    statement : str
        A sentence with the names of numbers in braces, as for `str.format`.
    experiment : callable
        Returns the numbers, and asserts what holds in every single run. It takes

        - ``seed``, if one seed is one run;
        - ``seeds``, a tuple, if the experiment is about several together, as a comparison of tuned methods is; a number
          may then be an array, with an entry for each seed;
        - nothing, if nothing in it is random.
    """

    name: str
    statement: str
    experiment: Callable[..., Numbers]
    _assertions: list[Callable[..., None]] = field(default_factory=list)

    @property
    def takes(self) -> str | None:
        """ "seed", "seeds" or None: what the experiment hangs on."""
        return next(iter(inspect.signature(self.experiment).parameters), None)

    @property
    def random(self) -> bool:
        """Whether the experiment hangs on seeds."""
        return self.takes is not None

    @property
    def about_several(self) -> bool:
        """Whether it says something about several seeds together."""
        return self.takes == "seeds" or bool(self._assertions)

    def over_seeds(self, assertion: Callable[..., None]) -> Callable[..., None]:
        """Decorate the assertion about all seeds together: what a single run may miss by chance.

        Its parameters are names of numbers; each gets what was `Measured` over the seeds::

            @noise.over_seeds
            def _(small: Measured, large: Measured) -> None:
                assert small.median > 2 * large.median and large.below(small) >= 0.8
        """
        self._assertions.append(assertion)
        return assertion

    def run(self, *seeds: int) -> Numbers:
        """Run the experiment once, on one seed or on the seeds together.

        Raises
        ------
        DoesNotHold
            If what the experiment asserts is not so.
        """
        arguments: dict[str | None, list[Any]] = {"seed": [*seeds], "seeds": [seeds], None: []}
        where = {"seed": f"on seed {', '.join(map(str, seeds))}: ", "seeds": f"on seeds {_short(seeds)}: ", None: ""}
        try:
            return self.experiment(*arguments[self.takes])
        except AssertionError as error:
            raise DoesNotHold(where[self.takes] + explain(error)) from error

    def summarize(self, results: Mapping[int, Numbers]) -> dict[str, Measured]:
        """The numbers of runs by seed, after the assertions about all of them have held.

        Raises
        ------
        DoesNotHold
            If one of these assertions is not so.
        """
        runs = list(results.values())
        measured = {key: Measured(tuple(float(x) for run in runs for x in np.ravel(run[key]))) for key in runs[0]}
        for assertion in self._assertions:
            try:
                assertion(**{key: measured[key] for key in inspect.signature(assertion).parameters})
            except AssertionError as error:
                raise DoesNotHold(f"over seeds {_short(list(results))}: {explain(error)}") from error
        return measured

    def measure(self, seeds: Iterable[int] = SEEDS) -> dict[str, Measured]:
        """The numbers of the claim over `seeds`, after everything that it asserts has held.

        Raises
        ------
        DoesNotHold
            If something has not.
        """
        seeds = tuple(seeds)
        if self.takes == "seed":
            return self.summarize({seed: self.run(seed) for seed in seeds})
        return self.summarize({0: self.run(*seeds)})


def _short(seeds: Sequence[int]) -> str:
    """0, 1, 2, 3, 4 is "0 to 4"."""
    together = len(seeds) > 2 and list(seeds) == list(range(seeds[0], seeds[0] + len(seeds)))
    return f"{seeds[0]} to {seeds[-1]}" if together else ", ".join(map(str, seeds))


def claim(name: str, statement: str) -> Callable[[Callable[..., Numbers]], Claim]:
    """Make a claim of the function below."""

    def register(experiment: Callable[..., Numbers]) -> Claim:
        if name in _claims:
            raise ValueError(f"there are two claims named {name!r}.")
        _claims[name] = Claim(name, statement, experiment)
        if _claims[name].takes not in ("seed", "seeds", None):
            raise TypeError(f"the experiment of {name!r} may take `seed`, `seeds` or nothing, not `{_claims.pop(name).takes}`.")
        return _claims[name]

    return register


@cache
def all_claims() -> Mapping[str, Claim]:
    """Every claim of the book by name."""
    package = __name__.rpartition(".")[0]
    for module in iter_modules(import_module(package).__path__):
        import_module(f"{package}.{module.name}")
    return dict(sorted(_claims.items()))


def find(name: str) -> Claim:
    """The claim called `name`.

    Raises
    ------
    KeyError
        If there is none.
    """
    claims = all_claims()
    if name not in claims:
        raise KeyError(f"no claim is called {name!r}; there are: {', '.join(claims)}.")
    return claims[name]
