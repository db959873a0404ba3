"""Numbers and statements in the prose, taken from `course_lib.experiments.claims`.

The role `claim` fills in numbers: ``{claim}`gradient-descent/limit {rate:.2e} against {limit:.2e}` ``. Its first word is
the claim, the rest is a template for `str.format`. The directive `claim` shows the whole statement of a claim, and that it
was measured; formulas in it stand between dollars. A claim or a number that does not exist is an error of the build.

A claim that does not hold on this machine is an error only if the build is strict. Otherwise the page says so in its place,
with what was measured, and the names of all such claims are in the file `DO_NOT_HOLD` beside the pages for who built them. The same
holds for a cell whose comparison finds that its numbers do not bear it out.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.locale import get_translation
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from course_lib.experiments import EdgeOfGrid
from course_lib.experiments.claims import SEEDS, DoesNotHold, Measured, find

_ = get_translation("book")


logger = logging.getLogger(__name__)
# what a comparison raises that the numbers of this machine do not bear out
OF_NUMBERS = (EdgeOfGrid.__name__, DoesNotHold.__name__, AssertionError.__name__)
# in the folder that holds the folder of the pages
DO_NOT_HOLD = "claims-that-do-not-hold.txt"


@cache
def measured_here(name: str) -> str | dict[str, Measured]:
    """What a claim measures here, or why it does not hold; measured once in a build."""
    try:
        return find(name).measure()
    except DoesNotHold as error:
        return str(error)


def measured(env: BuildEnvironment, name: str) -> dict[str, Measured]:
    """The numbers of a claim, computed once for each state of the library."""
    # this folder is named by the state of course_lib: see freshness.py
    file = Path(env.config.nb_execution_cache_path) / "claims" / f"{name.replace('/', '.')}.json"
    if not file.exists():
        found = measured_here(name)
        if isinstance(found, str):
            raise DoesNotHold(found)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({key: m.values for key, m in found.items()}))
    return {key: Measured(tuple(values)) for key, values in json.loads(file.read_text()).items()}


def fill_in(env: BuildEnvironment, name: str, template: str | None = None) -> str:
    """`template` with the numbers of the claim; its own statement if no template is given."""
    try:
        numbers = measured(env, name)
        return (find(name).statement if template is None else template).format(**numbers)
    except DoesNotHold as error:
        if env.config.claims_strict:
            raise ValueError(f"the claim {name} does not hold: {error}") from error
        failed(env).setdefault(env.docname, {})[name] = str(error)
        raise
    except (KeyError, AttributeError, IndexError, ValueError) as error:
        raise ValueError(f"claim {name}: {error.args[0] if error.args else error!r}") from error


def failed(env: BuildEnvironment) -> dict[str, dict[str, str]]:
    """By page the claims that do not hold, each with what was measured."""
    if not hasattr(env, "claims_failed"):
        env.claims_failed = {}  # type: ignore[attr-defined]
    return env.claims_failed


class ClaimRole(SphinxRole):
    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        name, _space, template = self.text.partition(" ")
        try:
            return [nodes.inline(self.text, fill_in(self.env, name, template), classes=["claim"])], []
        except DoesNotHold:
            said = _("[the claim {name} did not hold on this machine]").format(name=name)
            return [nodes.inline(self.text, said, classes=["claim-failed"])], []
        except ValueError as error:
            message = self.inliner.reporter.error(str(error), line=self.lineno)
            return [nodes.problematic(self.text, self.text)], [message]


class ClaimDirective(SphinxDirective):
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        try:
            statement = fill_in(self.env, name)
        except DoesNotHold as error:
            what = nodes.paragraph("", _("What stands here elsewhere did not hold on this machine: {error}.").format(error=error))
            source = nodes.paragraph("", "", nodes.inline("", "", nodes.literal(text=name), classes=["claim-source"]))
            return [nodes.container("", what, source, classes=["claim", "claim-failed"])]
        except ValueError as error:
            raise self.error(str(error)) from error
        how = _("Measured over {n} seeds:").format(n=len(SEEDS)) if find(name).random else _("Measured:")
        sentence, messages = self.parse_inline(statement)
        source = nodes.inline("", "", nodes.Text(how + " "), nodes.literal(text=name), classes=["claim-source"])
        return [nodes.container("", nodes.paragraph("", "", *sentence), nodes.paragraph("", "", source), classes=["claim"])]


def tolerate(app: Sphinx, config: Config) -> None:
    """Where the build is not strict, a cell whose comparison came to nothing must not keep the pages from being made."""
    if not config.claims_strict:
        config.nb_execution_allow_errors, config.nb_execution_raise_on_error = True, False


def note_failed_cells(app: Sphinx, doctree: nodes.document) -> None:
    """A cell that failed because of a number is noted as a claim is; any other failure of a cell stays an error of the build."""
    for block in doctree.findall(nodes.literal_block):
        if block.get("language") != "ipythontb":
            continue
        said = block.astext().strip().splitlines()[-1]
        # the cache may hold what a build that was not strict has let through
        if said.partition(":")[0].rpartition(".")[2] in OF_NUMBERS and not app.config.claims_strict:
            failed(app.env).setdefault(app.env.docname, {})[f"a cell of {app.env.docname}"] = said
        else:
            logger.error("a cell failed: %s", said, location=block)


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    failed(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    failed(env).update({docname: claims for docname, claims in failed(other).items() if docname in docnames})


def again(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """The pages where a claim did not hold are read in every build, which may be strict or on another machine."""
    return [docname for docname in failed(env) if docname not in removed]


def report(app: Sphinx, exception: Exception | None) -> None:
    """Leave a list of the claims that do not hold, or none."""
    file = Path(app.outdir).parent / DO_NOT_HOLD
    found = {name: said for claims in failed(app.env).values() for name, said in claims.items()} if app.env else {}
    file.unlink(missing_ok=True)
    if found:
        file.write_text("".join(f"{name}: {said}\n" for name, said in sorted(found.items())), encoding="utf-8")


def setup(app: Sphinx) -> dict:
    app.add_config_value("claims_strict", os.environ.get("COURSE_STRICT") == "1", "", bool)
    app.add_role("claim", ClaimRole())
    app.add_directive("claim", ClaimDirective)
    app.connect("config-inited", tolerate)
    app.connect("doctree-read", note_failed_cells)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-get-outdated", again)
    app.connect("build-finished", report)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
