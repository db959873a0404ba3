"""Notebooks as pages, in feedback and in nbgrader's formgrader: shown without running what students put into them."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from bleach import clean
from bleach.css_sanitizer import CSSSanitizer
from bleach.sanitizer import ALLOWED_TAGS
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode
from traitlets import Any as AnyTrait
from traitlets import List, Unicode

from course_lib.checks.checking import VERDICT_TYPE
from course_lib.checks.explaining import place_in_book
from course_lib.outcomes import showing
from course_lib.running.outputs import harmless_metadata

_MATH = re.compile(r"```.*?```|`[^`]*`|\$\$(?P<block>.+?)\$\$|\$(?P<inline>[^\s$](?:[^$]*[^\s$])?)\$", re.DOTALL)


class ShowSafely(SanitizeHTML):
    """Shows notebooks in feedback and formgrader without running what students put into them.

    What they wrote and what their code shows loses scripts and the like once it is HTML; the grader's verdicts and the text of the
    release keep theirs. Formulas become MathML, which browsers show without help from another host.
    """

    book_url = Unicode(help="Where the students find the book, as a prefix of its pages; verdicts then link to them.").tag(
        config=True
    )

    tags = List(Unicode(), sorted({*ALLOWED_TAGS, *showing.SAFE_TAGS}), help="HTML tags that are shown.").tag(config=True)
    styles = List(Unicode(), list(showing.SAFE_STYLES), help="Properties of style attributes that are kept.").tag(config=True)
    attributes = AnyTrait(showing.is_harmless, help="Attributes of HTML tags that are kept.").tag(config=True)

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        if cell.cell_type == "code":
            verdicts = [output for output in cell.outputs if VERDICT_TYPE in output.get("data", {})]
            self.sanitize_code_outputs([output for output in cell.outputs if output not in verdicts])
            for output in verdicts:
                output.data["text/html"] = self._linked(output.data)
            if verdicts:
                # it says once more what the verdict says
                cell.outputs = [output for output in cell.outputs if output.get("ename") != "CheckFailed"]
        elif cell.metadata.get("nbgrader", {}).get("locked", False):
            cell.source = _MATH.sub(_mathml, cell.source)
        elif cell.cell_type == "markdown":
            cell.source = showing.render(cell.source, cell.pop("attachments", {}), self.sanitize_html_tags)
        else:
            cell.source = self.sanitize_html_tags(cell.source)
        return cell, resources

    def sanitize_code_outputs(self, outputs: list[NotebookNode]) -> list[NotebookNode]:
        rendered = []
        for output in outputs:
            if "data" in output:
                output.metadata = harmless_metadata(output.get("metadata"))
                markdown = output.data.pop("text/markdown", None)
                if isinstance(markdown, str) and "text/html" not in output.data:
                    rendered.append((output, showing.render(markdown, {}, self.sanitize_html_tags)))
        super().sanitize_code_outputs(outputs)
        for output in outputs:
            if "text/html" in output.get("data", {}):
                output.data["text/html"] = showing.boxed(output.data["text/html"])
        for output, html in rendered:
            output.data["text/html"] = html
        return outputs

    def sanitize_html_tags(self, html_str: str) -> str:
        if not showing.is_simple(html_str):
            return showing.as_text(html_str)
        return clean(
            html_str,
            tags=self.tags,
            attributes=self.attributes,
            protocols=showing.PROTOCOLS,
            strip=self.strip,
            strip_comments=self.strip_comments,
            css_sanitizer=CSSSanitizer(allowed_css_properties=self.styles),
        )

    def _linked(self, data: NotebookNode) -> str:
        """The verdict, with the place in the book as a link, if it is known where the book is."""
        html, reading = data.get("text/html", ""), data[VERDICT_TYPE].get("reading")
        if not (self.book_url and reading):
            return html
        page, _, section = reading.partition("#")
        place = escape(place_in_book(reading))
        address = escape(f"{self.book_url.rstrip('/')}/{page}.html#{section}")
        return html.replace(f"<em>{place}</em>", f'<a href="{address}">{place}</a>')


def _mathml(found: re.Match) -> str:
    """A formula as MathML; what is code, or no formula that is understood, as it stands."""
    block, inline = found["block"], found["inline"]
    source = block or inline
    formula = showing.mathml(source, "block" if block else "inline") if source else ""
    # Markdown must not take a product for emphasis
    return formula.replace("*", "&#42;").replace("_", "&#95;") or found[0]
