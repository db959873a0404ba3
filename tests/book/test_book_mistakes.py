"""The page on the sources' mistakes: each one cited, measured, and led on to its chapter and its exercise."""

from __future__ import annotations

import re
import sys
from pathlib import Path

BOOK = Path(__file__).parents[2] / "book"
sys.path.append(str(BOOK / "_ext"))

from course_book import coverage, source_items  # noqa: E402

MISTAKES = {name: item for name, item in source_items.ITEMS.items() if name.startswith("G")}
SECTIONS = (BOOK / "source-mistakes.md").read_text("utf8").split("\n## ")[1:]


def test_each_mistake_has_a_section_in_the_order_of_the_list() -> None:
    assert len(SECTIONS) == len(MISTAKES) == 12
    where = coverage.sections(BOOK)
    for section, (name, item) in zip(SECTIONS, MISTAKES.items(), strict=True):
        places = [place.replace("#", ".md#") for place in where[name]]
        assert any(f"]({place})" in section for place in places), f"{name} is in {places}"
        assert any(f"`{asked}`" in section for asked in item.questions), name
        assert f"{{cite:p}}`{item.sources}`" in section or name == "G12", name
        assert "```{claim}" in section, name


def test_the_exercises_it_names_exist() -> None:
    named = re.findall(r"`([a-z-]+/[a-z-]+)`", (BOOK / "source-mistakes.md").read_text("utf8"))
    assert set(named) <= {asked for item in MISTAKES.values() for asked in item.questions}
