"""The directive `interactive`: a figure the reader can change, drawn in the browser by `_interactive/<name>.js`.

The script is loaded on pages that have such a figure and on no other. What it starts from comes from course_lib, and
every step it takes is compared with course_lib's by the tests. Without JavaScript the figure is not there; the page
has a still one beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import get_translation
from sphinx.util.docutils import SphinxDirective

from course_book import playground
from course_lib.problems import LinearRegression

_ = get_translation("book")

SCRIPTS = Path(__file__).parents[2] / "_interactive"


def learning_rate() -> dict[str, Any]:
    """The cost of the chapter's three examples, which is a parabola, and what the script says, for translators to find."""
    line = LinearRegression([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], fit_intercept=False)
    words = {
        "cost": _("cost"),
        "rate": _("learning rate"),
        "crawl": _("crawl"),
        "converge": _("converge"),
        "arrive": _("one step"),
        "oscillate": _("oscillate"),
        "diverge": _("diverge"),
        "crawls": _("it crawls"),
        "converges": _("it converges"),
        "arrives": _("it arrives in one step"),
        "oscillates": _("it oscillates, and converges"),
        "jumps": _("it jumps between two points for ever"),
        "diverges": _("it diverges"),
        "result": _(
            "η = {rate} = {multiple}/L: {behavior}. Each update multiplies the error by {factor}; after {updates} updates {rest}"
        ),
        "nothing": _("nothing is left."),
        "something": _("{amount} times the first error is left."),
        "value": _("{rate}, {multiple} over L"),
        "picture": _("Cost curve with the path of {updates} updates. {result}"),
    }
    return {
        "curvature": round(float(line.hessian[0, 0]), 12),
        "minimum": round(float(line.minimum[0]), 12),
        "start": 0.5,
        "words": {name: str(text) for name, text in words.items()},
    }


def momentum_plane() -> dict[str, float]:
    """A valley of condition number 20, and a start up its slope."""
    return {"flat": 1.0, "steep": 20.0, "x": -2.8, "y": 0.9}


SETTINGS: dict[str, Callable[[], dict[str, Any]]] = {
    "learning-rate": learning_rate,
    "momentum-plane": momentum_plane,
    "playground": playground.settings,
}


class Interactive(SphinxDirective):
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        if name not in SETTINGS:
            raise self.error(f"there is no interactive figure {name!r}; there are: {', '.join(SETTINGS)}")
        settings = escape(json.dumps(SETTINGS[name]()))
        self.env.metadata[self.env.docname]["interactive"] = name
        return [nodes.raw("", f'<div class="interactive" id="{name}" data-settings="{settings}"></div>', format="html")]


def add_script(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None) -> None:
    name = app.env.metadata.get(pagename, {}).get("interactive")
    if name:
        app.add_js_file(f"{name}.js", loading_method="defer")


def setup(app: Sphinx) -> dict:
    app.add_directive("interactive", Interactive)
    app.connect("builder-inited", lambda app: app.config.html_static_path.append(str(SCRIPTS)))
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
