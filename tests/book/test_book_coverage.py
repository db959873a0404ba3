"""The coverage table: every item of the sources has a section, a name of the library that imports, and an exercise that exists."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

BOOK = Path(__file__).parents[2] / "book"
sys.path.append(str(BOOK / "_ext"))

from course_book import api, coverage, source_items  # noqa: E402

LENGTHS = {"A": 9, "B": 6, "C": 10, "D": 4, "E": 13, "F": 7, "G": 12}


def test_every_item_is_listed() -> None:
    assert list(source_items.ITEMS) == [f"{part}{i}" for part, length in LENGTHS.items() for i in range(1, length + 1)]
    assert list(source_items.PARTS) == list(LENGTHS)


def test_nothing_is_missing_or_wrong() -> None:
    assert coverage.complaints(BOOK) == {}


def test_an_item_without_a_section_is_a_complaint_and_one_that_is_not_listed(tmp_path: Path) -> None:
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: index\n")
    (tmp_path / "index.md").write_text("---\nsource_items:\n  A1: here\n  Z1: there\n---\n# Title\n")
    found = coverage.complaints(tmp_path)
    assert set(found) == {*source_items.ITEMS, "Z1"} - {"A1"}
    assert found.pop("Z1") == "index#there covers an item Z1 that is not listed"
    assert set(found.values()) == {"no chapter covers it"}


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"library": ("descent.nonsense",)}, "nonsense"),
        ({"questions": ("gradient-descent/nonsense",)}, "no question 'gradient-descent/nonsense'"),
        ({"questions": ()}, "says why it has none"),
        ({"unpractised": "a reason"}, "says why it has none"),
    ],
)
def test_names_and_questions_must_exist(monkeypatch: pytest.MonkeyPatch, wrong: dict, complaint: str) -> None:
    item = source_items.Item(**{"title": "", "sources": "", "library": (), "questions": ("gradient-descent/cost",), **wrong})
    monkeypatch.setitem(coverage.ITEMS, "A1", item)
    assert complaint in coverage.complaints(BOOK)["A1"]


def test_the_tables_are_on_the_page(site: Path) -> None:
    page = BeautifulSoup((site / "coverage.html").read_text("utf8"), "html.parser")
    rows = [[cell.get_text(" ", strip=True) for cell in row.find_all("td")] for row in page.select(".coverage tbody tr")]
    assert [row[0] for row in rows] == list(source_items.ITEMS)
    assert all(all(row) for row in rows)


def test_the_reference_has_everything_that_is_public(site: Path) -> None:
    for package in api.PACKAGES:
        page = BeautifulSoup((site / f"api-{package.replace('_', '-')}.html").read_text("utf8"), "html.parser")
        ids = {element["id"] for element in page.find_all(id=True)}
        names = api.documented(package)
        assert names
        for name, kind in names.items():
            if kind != "module":
                assert f"course_lib.{package}.{name}" in ids
            else:
                module = import_module(f"course_lib.{package}.{name}")
                assert any(i.startswith(f"{module.__name__}.") for i in ids)
        assert not page.select(".system-message")


def test_sections_of_a_docstring_are_set_as_such(site: Path) -> None:
    page = BeautifulSoup((site / "api-optim.html").read_text("utf8"), "html.parser")
    adam = page.find(id="course_lib.optim.Adam").find_parent("dl")
    said = [label.get_text() for label in adam.select("dl.field-list > dt")]
    assert said == ["Parameters:", "Raises:"]
    assert [rubric.get_text() for rubric in adam.select("p.rubric")][-2:] == ["References", "Examples"]
    assert adam.select(".math mtable"), "the rule is set in lines"
    attributes = page.find(id="course_lib.optim.Optimizer").find_parent("dl").select("dl.field-list > dt")
    assert "Attributes:" in [label.get_text() for label in attributes]
    # a single backtick is code, as the docstrings mean it
    assert not page.select("cite")
