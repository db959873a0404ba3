"""The book as one PDF: `python book/pdf.py`. It is made of the built pages, so build them first; the file is `_build/optimization.pdf`.

All pages become one document, printed by Chromium once: so that links within the book work, the outline has every heading, and
the file is tagged for those who have it read out. What only a screen has (buttons, figures that move, code that is folded away)
is left out, as is the reference of the library.
"""

from __future__ import annotations

import copy
import shutil
import sys
from pathlib import Path
from urllib.parse import unquote, urlparse

import yaml
from bs4 import BeautifulSoup, Tag

BOOK = Path(__file__).parent
BUILD = BOOK.parent / "_build"
PDF = BUILD / "optimization.pdf"

STYLE = """
@page { size: A4; margin: 20mm 18mm; }
html, body { background: white; font-size: 11pt; height: auto; }
main { max-width: none; }
section.page, nav.contents { break-before: page; }
h1, h2, h3, .code-block-caption { break-after: avoid; }
figure, .admonition, .question, div.claim, tr, .literal-block-wrapper, div.math { break-inside: avoid; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
table { font-size: 0.85em; width: 100%; }
.pictures img { max-height: 11cm; }
.title-page { text-align: center; padding-top: 30%; }
nav.contents ol { list-style: none; padding-left: 0; }
nav.contents ol ol { padding-left: 1.5em; }
"""
ONLY_ON_SCREEN = (
    "script, style, button, a.headerlink, .only-dark, .interactive, details.hide, .cell.tag_hide-input > .cell_input, .prev-next-area, "
    ".prev-next-footer, .sd-stretched-link"
)
REFERRING = ("for", "aria-labelledby", "aria-describedby", "headers")


def toc() -> list[tuple[str, list[str]]]:
    """The captions of the book's parts and the pages below each; the first part has no caption and is the start page."""
    contents = yaml.safe_load((BOOK / "_toc.yml").read_text("utf8"))
    parts = [("", [contents["root"]])]
    parts += [(part["caption"], [chapter["file"] for chapter in part["chapters"]]) for part in contents["parts"]]
    return parts


def printed() -> list[str]:
    """The pages that are in the PDF, in order."""
    return [page for _caption, pages in toc() for page in pages if page != "api"]


def identity(page: str, fragment: str = "") -> str:
    return f"{page}--{fragment}" if fragment else page


def article(page: str, pages: set[str], site: Path) -> Tag:
    """The text of a page, to stand in one document with the others."""
    soup = BeautifulSoup((site / f"{page}.html").read_text("utf8"), "html.parser")
    found = soup.select_one("article.bd-article")
    for element in found.select(ONLY_ON_SCREEN):
        element.decompose()
    for element in found.find_all(True):
        if element.get("id"):
            element["id"] = identity(page, element["id"])
        for name in REFERRING:
            if element.get(name):
                value = element[name]
                element[name] = " ".join(identity(page, part) for part in (value if isinstance(value, list) else value.split()))
        if element.get("src"):
            element["src"] = f"html/{element['src']}"
            element.attrs.pop("loading", None)
        if element.get("href"):
            link(element, page, pages)
    section = soup.new_tag("section", id=identity(page), attrs={"class": "page"})
    section.extend(list(found.children))
    return section


def link(element: Tag, page: str, pages: set[str]) -> None:
    """Lead within the document, or nowhere if the page is not printed."""
    target = urlparse(str(element["href"]))
    if target.scheme or target.netloc:
        return
    name = Path(unquote(target.path)).stem or page
    if name in pages:
        element["href"] = f"#{identity(name, unquote(target.fragment))}"
    else:
        del element["href"]


def combined(site: Path) -> str:
    """All pages as one HTML document, to be read from the folder above `site`."""
    pages = printed()
    frame = BeautifulSoup((site / "index.html").read_text("utf8"), "html.parser")
    sheets = [copy.copy(sheet) for sheet in frame.select("link[rel=stylesheet]")]
    for sheet in sheets:
        sheet["href"] = f"html/{sheet['href']}"
    title = frame.select_one("article h1").find(string=True).strip()
    sections = {page: article(page, set(pages), site) for page in pages}
    contents = ["<nav class='contents'><h1>Contents</h1><ol>"]
    for caption, below in toc()[1:]:
        contents.append(f"<li>{caption}<ol>")
        for page in below:
            if page in sections:
                heading = sections[page].find("h1").get_text(" ", strip=True)
                contents.append(f'<li><a href="#{identity(page)}">{heading}</a></li>')
        contents.append("</ol></li>")
    contents.append("</ol></nav>")
    head = f'<meta charset="utf-8"><title>{title}</title>{"".join(map(str, sheets))}<style>{STYLE}</style>'
    cover = f'<div class="title-page"><p style="font-size: 2.2em">{title}</p></div>'
    body = f'<main class="bd-content">{cover}{"".join(contents)}{"".join(map(str, sections.values()))}</main>'
    return f'<!doctype html><html lang="en" data-theme="light" data-mode="light"><head>{head}</head><body>{body}</body></html>'


def mend_outline(path: Path, headings: list[str]) -> None:
    """Give the entries of the outline the text of their headings: Chromium repeats words where a heading begins a page."""
    from pypdf import PdfWriter
    from pypdf.generic import NameObject, TextStringObject

    writer = PdfWriter(clone_from=path)
    entries, waiting = [], [writer.root_object["/Outlines"]["/First"].get_object()]
    while waiting:
        entry = waiting.pop()
        entries.append(entry)
        waiting += [entry[key].get_object() for key in ("/Next", "/First") if key in entry]
    # the root of the outline is the document itself
    for entry, heading in zip(entries[len(entries) - len(headings) :], headings, strict=True):
        entry[NameObject("/Title")] = TextStringObject(heading)
    writer.write(path)


def chromium() -> str | None:
    """A browser of the system; None for the one that Playwright installs."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def main() -> int:
    from playwright.sync_api import sync_playwright

    if not (BUILD / "html" / "index.html").exists():
        print("There are no built pages: run `python book/build.py` first.", file=sys.stderr)
        return 1
    document = BUILD / "book.html"
    text = combined(BUILD / "html")
    document.write_text(text, "utf8")
    number = '<div style="font-size: 8pt; width: 100%; text-align: center"><span class="pageNumber"></span></div>'
    with sync_playwright() as playwright:
        # the sandbox does not work as root, and these pages are our own
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.set_default_timeout(300_000)
        page.goto(document.as_uri(), wait_until="load")
        page.pdf(
            path=PDF, format="A4", tagged=True, outline=True, print_background=True, display_header_footer=True,
            header_template="<span></span>", footer_template=number, margin={"top": "20mm", "bottom": "20mm", "left": "18mm", "right": "18mm"},
        )  # fmt: skip
        browser.close()
    document.unlink()
    headings = BeautifulSoup(text, "html.parser").find_all(["h1", "h2", "h3", "h4", "h5", "h6"])
    mend_outline(PDF, [" ".join(heading.get_text(" ").split()) for heading in headings])
    print(f"Printed: {PDF}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
