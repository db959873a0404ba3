"""What a student wrote as HTML that runs nothing and loads nothing: in feedback, and in the instructor's browser.

Cleaned is what Markdown makes of a text, not the text: a link to ``javascript:`` is no HTML before.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from html.parser import HTMLParser
from typing import Any
from xml.etree.ElementTree import tostring

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

DEEPEST = 100  # elements in each other; the time to clean them grows with the square
LONGEST = 2_000_000  # characters of HTML
LONGEST_TEXT = 50_000  # characters of Markdown; some take it time that grows with the square
PROTOCOLS = ("http", "https", "mailto", "data")
SAFE_TAGS = (
    *("table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "div", "span", "p", "pre", "br", "hr", "img"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "sub", "sup", "small", "del", "details", "summary", "dl", "dt", "dd"),
)
_VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/svg+xml")
_ATTRIBUTES = ("title", "colspan", "rowspan", "scope", "style")
# how a text or a table looks, and nothing that takes a place, a size or a look of its own on the page
SAFE_STYLES = (
    *(
        "color",
        "background-color",
        "font-style",
        "font-weight",
        "font-variant",
        "text-align",
        "text-decoration",
        "vertical-align",
    ),
    *("white-space", "border-collapse", "border-color", "border-top-color", "border-right-color", "border-bottom-color"),
    *("border-left-color", "direction", "unicode-bidi"),
)
# of pandas' tables and of colored code; a page has style rules for other names, some of which lie over the page
_CLASS = re.compile(r"dataframe|highlight|hl-\w+|language-\w+|codehilite|[a-z]{1,2}[0-9]?")
LARGEST_PICTURE = 4000  # pixels a side
# of formulas; none of them loads, links or styles
_OF_FORMULAS = (
    *("accent", "columnalign", "columnlines", "columnspacing", "depth", "display", "displaystyle", "fence", "form", "height"),
    *("largeop", "linethickness", "lspace", "mathcolor", "mathsize", "mathvariant", "maxsize", "minsize", "movablelimits"),
    *("notation", "rowlines", "rowspacing", "rspace", "scriptlevel", "separator", "stretchy", "voffset", "width", "xmlns"),
)
_LOADS = re.compile(r"url|image|\\|/\*", re.IGNORECASE)
_LINK = re.compile(r"(?:https?:|mailto:|#)", re.IGNORECASE)
# stands for a formula while the HTML around it is cleaned; no character of any text
_MARK = "\ue000"


def is_harmless(tag: str, name: str, value: str) -> bool:
    """Whether an attribute of a tag runs and loads nothing."""
    if _MARK in value:
        return False
    if tag == "img":
        if name in ("width", "height"):
            return value.isdecimal() and int(value[:6]) <= LARGEST_PICTURE
        return name == "alt" or (name == "src" and value.startswith(tuple(f"data:{kind};" for kind in _PICTURES)))
    if name == "class":
        return all(map(_CLASS.fullmatch, value.split()))
    if name == "style":
        return not _LOADS.search(value)
    return name in _ATTRIBUTES or (tag == "a" and name == "href" and bool(_LINK.match(value)))


def is_simple(text: str) -> bool:
    """Whether HTML can be cleaned and drawn in little time."""
    if len(text) > LONGEST:
        return False
    depth = _Depth()
    depth.feed(text)
    return depth.deepest <= DEEPEST


def as_text(text: str) -> str:
    """A text as it stands."""
    return f"<pre>{html.escape(text)}</pre>"


def boxed(cleaned: str) -> str:
    """Cleaned HTML in a box that nothing of it leaves, whatever it looks like, so that it lies over nothing and takes no other's clicks."""
    return f'<div style="contain:content;overflow:auto">{cleaned}</div>'


def render(source: str, attachments: Mapping[str, Any], clean: Callable[[str], str]) -> str:
    """Markdown as HTML, cleaned by `clean`, with its formulas as MathML.

    It is one line, so that it is a piece of HTML to the Markdown of a template, and left as it is. It has no brackets, for which
    a template looks through all that follows each of them.
    """
    renderer = _Renderer(attachments)
    source = source.replace(_MARK, "")
    shown = as_text(source)
    if len(source) <= LONGEST_TEXT:
        with suppress(RecursionError):
            shown = clean(MarkdownWithMath(renderer=renderer).render(source))
    shown = re.sub(f"{_MARK}(\\d+){_MARK}", lambda found: renderer.formulas[int(found[1])], shown)
    return boxed(shown).replace("\r", "").replace("\n", "&#10;").replace("[", "&#91;")


def mathml(source: str, display: str) -> str:
    """A formula as MathML, which browsers show without help from another host; empty if it is not understood."""
    # students' computers read this module too, and need no feedback
    from latex2mathml.converter import convert_to_element

    try:
        formula = convert_to_element(source, display=display)
        for element in formula.iter():
            for name in set(element.attrib) - set(_OF_FORMULAS):
                del element.attrib[name]
            # its symbols are entities; what a student wrote is escaped below
            element.text = html.unescape(element.text or "")
        return tostring(formula, encoding="unicode")
    except Exception:  # a student may write anything between two dollars
        return ""


class _Renderer(IPythonRenderer):
    """Puts formulas aside, and shows pictures as far as they are there."""

    def __init__(self, attachments: Mapping[str, Any]) -> None:
        pictures = {}
        for name, data in attachments.items():
            kept = {kind: data[kind] for kind in _PICTURES if isinstance(data, dict) and isinstance(data.get(kind), str)}
            if kept:
                pictures[name] = kept
        super().__init__(escape=False, exclude_anchor_links=True, attachments=pictures)
        self.formulas: list[str] = []

    def image(self, text: str, url: str, title: str | None = None) -> str:
        name = url.removeprefix("attachment:")
        if name != url and name not in self.attachments:
            return f"<em>(the picture {html.escape(name)} is missing)</em>"
        return super().image(text, url, title)

    def block_math(self, body: str) -> str:
        return self._aside(body, "block") or super().block_math(body)

    def inline_math(self, body: str) -> str:
        return self._aside(body, "inline") or super().inline_math(body)

    def _aside(self, body: str, display: str) -> str:
        formula = mathml(body, display)
        if not formula:
            return ""
        self.formulas.append(formula)
        return f"{_MARK}{len(self.formulas) - 1}{_MARK}"


class _Depth(HTMLParser):
    """How many elements are open at a time at most; some that need no end count on."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = self.deepest = 0

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        self.depth += tag not in _VOID
        self.deepest = max(self.deepest, self.depth)

    def handle_endtag(self, tag: str) -> None:
        self.depth = max(0, self.depth - 1)
