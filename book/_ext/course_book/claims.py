"""Numbers and statements in the prose, taken from `course_lib.experiments.claims`.

The role `claim` fills in numbers: ``{claim}`gradient-descent/limit {rate:.2e} against {limit:.2e}` ``. Its first word is
the claim, the rest is a template for `str.format`. The directive `claim` shows the whole statement of a claim, and that it
was measured; formulas in it stand between dollars. A claim or a number that does not exist, or an assertion that fails, is an error of the build.
"""

from __future__ import annotations

import json
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.locale import get_translation
from sphinx.util.docutils import SphinxDirective, SphinxRole

from course_lib.experiments.claims import SEEDS, Measured, find

_ = get_translation("book")


def measured(env: BuildEnvironment, name: str) -> dict[str, Measured]:
    """The numbers of a claim, computed once for each state of the library."""
    # this folder is named by the state of course_lib: see freshness.py
    cache = Path(env.config.nb_execution_cache_path) / "claims" / f"{name.replace('/', '.')}.json"
    if not cache.exists():
        numbers = {key: m.values for key, m in find(name).measure().items()}
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_text(json.dumps(numbers))
    return {key: Measured(tuple(values)) for key, values in json.loads(cache.read_text()).items()}


def fill_in(env: BuildEnvironment, name: str, template: str | None = None) -> str:
    """`template` with the numbers of the claim; its own statement if no template is given."""
    try:
        numbers = measured(env, name)
        return (find(name).statement if template is None else template).format(**numbers)
    except AssertionError as error:
        raise ValueError(f"the claim {name} does not hold: {error}") from error
    except (KeyError, AttributeError, IndexError, ValueError) as error:
        raise ValueError(f"claim {name}: {error.args[0] if error.args else error!r}") from error


class ClaimRole(SphinxRole):
    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        name, _space, template = self.text.partition(" ")
        try:
            return [nodes.inline(self.text, fill_in(self.env, name, template), classes=["claim"])], []
        except ValueError as error:
            message = self.inliner.reporter.error(str(error), line=self.lineno)
            return [nodes.problematic(self.text, self.text)], [message]


class ClaimDirective(SphinxDirective):
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        try:
            statement = fill_in(self.env, name)
        except ValueError as error:
            raise self.error(str(error)) from error
        how = _("Measured over {n} seeds:").format(n=len(SEEDS)) if find(name).random else _("Measured:")
        sentence, messages = self.parse_inline(statement)
        source = nodes.inline("", "", nodes.Text(how + " "), nodes.literal(text=name), classes=["claim-source"])
        return [nodes.container("", nodes.paragraph("", "", *sentence), nodes.paragraph("", "", source), classes=["claim"])]


def setup(app: Sphinx) -> dict:
    app.add_role("claim", ClaimRole())
    app.add_directive("claim", ClaimDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
