"""The PDF: all pages in one document, that can be searched, followed and read out."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "book"))

import pdf as printing  # noqa: E402


@pytest.fixture(scope="module")
def document(site: Path) -> BeautifulSoup:
    """What is printed."""
    return BeautifulSoup(printing.combined(site), "html.parser")


@pytest.fixture(scope="module")
def printed(site: Path, chromium: str):
    pypdf = pytest.importorskip("pypdf")
    printing.PDF.unlink(missing_ok=True)
    done = subprocess.run([sys.executable, "book/pdf.py"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return pypdf.PdfReader(printing.PDF)


def letters(text: str) -> str:
    """A text as it can be compared: how a PDF breaks lines and joins letters is its own affair."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text))).lower()


def test_every_page_but_the_reference_is_in_it(document: BeautifulSoup, site: Path) -> None:
    pages = [section["id"] for section in document.select("section.page")]
    assert pages == printing.printed()
    assert {"gradient-descent", "torch-optim", "learning-rate-decay", "glossary", "bibliography"} <= set(pages)
    assert not any(page.startswith("api") for page in pages)


def test_links_lead_within_the_document_or_to_the_internet(document: BeautifulSoup) -> None:
    ids = [element["id"] for element in document.find_all(id=True)]
    assert len(ids) == len(set(ids))
    inner = [link["href"] for link in document.select("main a[href]") if not link["href"].startswith(("http", "mailto"))]
    assert len(inner) > 500
    assert [link for link in inner if not link.startswith("#") or link[1:] not in ids] == []


def test_what_only_a_screen_has_is_left_out(document: BeautifulSoup) -> None:
    assert not document.select("script, button, .only-dark, .interactive, details.hide")
    # but the self-check questions keep their explanations
    assert "Not quite." in document.select_one(".question").get_text()


def test_it_has_the_text_of_each_page(printed, document: BeautifulSoup) -> None:
    whole = letters("".join(page.extract_text() for page in printed.pages))
    for section in document.select("section.page"):
        for paragraph in section.select("p")[:2]:
            # formulas are set in letters of their own
            text = "" if paragraph.select(".math") else letters(paragraph.get_text(" "))
            assert text.isascii() is False or text[:60] in whole, section["id"]


def test_it_is_tagged_and_has_an_outline(printed, document: BeautifulSoup) -> None:
    root = printed.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert root["/Lang"] == "en"

    def titles(entries: list) -> list[str]:
        return [t for e in entries for t in (titles(e) if isinstance(e, list) else [letters(e.title)])]

    outline = titles(printed.outline)
    for heading in document.select("section.page > section > h1"):
        assert letters(heading.get_text(" ")) in outline
