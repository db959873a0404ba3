"""The directive `source`: an object of course_lib shown from its own source, so that page and library cannot part.

    ```{source} course_lib.descent.descent.gradient_descent
    :start-at: for batch in
    :end-at: w -= eta
    ```

Without the option `docstring` the docstring is left out; `start-at` and `end-at` cut to the lines between the first
that contains the one and the next that contains the other.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from importlib import import_module
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def locate(name: str) -> object:
    """The object with a dotted name such as "course_lib.trace.Trace.updates"."""
    module, *rest = name.split(".")
    found: object = import_module(module)
    for part in rest:
        module = f"{module}.{part}"
        found = getattr(found, part) if hasattr(found, part) else import_module(module)
    return found


def source_of(name: str, docstring: bool = False, start: str | None = None, end: str | None = None) -> str:
    """The source of an object, without its docstring unless asked for, cut as `start` and `end` say."""
    found = locate(name)
    found = found.fget if isinstance(found, property) else found
    lines = textwrap.dedent(inspect.getsource(found)).splitlines()
    definition = ast.parse("\n".join(lines)).body[0]
    first = definition.body[0]
    if not docstring and ast.get_docstring(definition) is not None and len(definition.body) > 1:
        lines[first.lineno - 1 : first.end_lineno] = []
    if start is not None:
        lines = lines[_line_with(start, lines, name) :]
    if end is not None:
        lines = lines[: _line_with(end, lines, name) + 1]
    return textwrap.dedent("\n".join(lines)).strip("\n")


def _line_with(text: str, lines: list[str], name: str) -> int:
    for i, line in enumerate(lines):
        if text in line:
            return i
    raise ValueError(f"{name} has no line with {text!r}")


class Source(SphinxDirective):
    required_arguments = 1
    option_spec = {
        "docstring": directives.flag,
        "start-at": directives.unchanged_required,
        "end-at": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        try:
            text = source_of(name, "docstring" in self.options, self.options.get("start-at"), self.options.get("end-at"))
            file = Path(inspect.getsourcefile(inspect.unwrap(locate(name))))
        except (ImportError, AttributeError, TypeError, ValueError, OSError) as error:
            raise self.error(f"cannot show the source of {name}: {error}") from error
        self.env.note_dependency(str(file))
        block = nodes.literal_block(text, text, language="python")
        self.set_source_info(block)
        caption = nodes.caption("", "", nodes.literal(text=_shown_path(file)))
        return [nodes.container("", caption, block, literal_block=True, classes=["literal-block-wrapper", "source"])]


def _shown_path(file: Path) -> str:
    """The file as seen from the folder that holds course_lib."""
    parts = file.parts
    return "/".join(parts[len(parts) - parts[::-1].index("course_lib") - 1 :])


def setup(app: Sphinx) -> dict:
    app.add_directive("source", Source)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
