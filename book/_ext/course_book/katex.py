"""Formulas set by KaTeX while the book is built, so that a page carries finished HTML and MathML and no script.

KaTeX (katex.min.js beside this file) runs in an embedded V8; its style sheet and fonts are in `_static/katex`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from docutils import nodes
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.application import Sphinx
from sphinx.locale import _
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)


@cache
def engine() -> MiniRacer:
    racer = MiniRacer()
    racer.eval((Path(__file__).parent / "katex.min.js").read_text("utf8"))
    return racer


@cache
def render(tex: str, display: bool) -> str:
    """The HTML and MathML of a formula; raises `JSEvalException` if KaTeX cannot read it."""
    options = {"displayMode": display, "output": "htmlAndMathml", "throwOnError": True, "strict": "ignore"}
    return engine().eval(f"katex.renderToString({json.dumps(tex)}, {json.dumps(options)})")


def typeset(node: nodes.Node, display: bool) -> str:
    try:
        return render(node.astext(), display)
    except JSEvalException as error:
        reason = str(error).splitlines()[0]
        logger.warning("KaTeX cannot set %r: %s", node.astext(), reason, location=node, type="katex")
        return ""


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    self.body.append(typeset(node, display=False) + "</span>")
    raise nodes.SkipNode


def visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    self.body.append(typeset(aligned(node), display=True) + "</div>\n")
    raise nodes.SkipNode


def aligned(node: nodes.math_block) -> nodes.math_block:
    """The formula with its lines in an environment, as Sphinx promises for ``.. math::``."""
    tex = node.astext()
    if ("&" not in tex and r"\\" not in tex) or tex.lstrip().startswith(r"\begin"):
        return node
    text = rf"\begin{{aligned}}{tex}\end{{aligned}}"
    wrapped = nodes.math_block(text, text)
    wrapped.source, wrapped.line = node.source, node.line
    return wrapped


class KeepPunctuation(SphinxPostTransform):
    """Keep a short formula and the comma or period after it on one line."""

    default_priority = 400
    formats = ("html",)
    longest = 24  # letters of TeX; a longer formula must stay free to break

    def run(self, **kwargs: object) -> None:
        for formula in list(self.document.findall(nodes.math)):
            after = formula.next_node(nodes.Text, descend=False, siblings=True)
            parent = formula.parent
            place = parent.index(formula)
            if len(formula.astext()) > self.longest or after is None or parent.index(after) != place + 1:
                continue
            rest = after.lstrip(".,;:!?)")
            mark = after[: len(after) - len(rest)]
            if mark:
                together = nodes.inline("", "", formula.deepcopy(), nodes.Text(mark), classes=["nobr"])
                parent[place : place + 2] = [together, nodes.Text(rest)]


def setup(app: Sphinx) -> dict:
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_block, None))
    app.add_post_transform(KeepPunctuation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
