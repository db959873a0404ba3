"""The page on notation has every symbol of the chapters, and in the tables for all chapters each has one meaning."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

BOOK = Path(__file__).parents[2] / "book"
GENERAL, _, SINGLE = (BOOK / "notation.md").read_text().partition("## In single chapters")
CHAPTERS = sorted(path.stem for path in BOOK.glob("*.md") if "\nsource_items:" in path.read_text())

FORMULA = re.compile(r"\$\$(.*?)\$\$|(?<![\\$])\$([^$\n]+)\$", re.DOTALL)
GREEK = (
    "alpha|beta|gamma|delta|epsilon|varepsilon|zeta|eta|theta|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|phi|varphi|chi|psi|omega|ell|"
    "Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Phi|Psi|Omega"
)


def symbols(markdown: str) -> set[str]:
    """The letters in the formulas of a text: Latin ones as they are, Greek ones by their command."""
    found = set()
    for block, inline in FORMULA.findall(re.sub(r"```\{code-cell\}.*?```", "", markdown, flags=re.DOTALL)):
        # words within formulas are no symbols
        formula = re.sub(r"\\(text|mathrm|operatorname|begin|end|phantom)\*?\{[^{}]*\}", " ", block or inline)
        found |= set(re.findall(rf"\\({GREEK})(?![A-Za-z])", formula))
        found |= set(re.findall(r"[A-Za-z]", re.sub(r"\\[A-Za-z]+", " ", formula)))
    return found


def rows(markdown: str) -> list[list[str]]:
    """The cells of every row of every table, without the heads."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in markdown.splitlines() if line.startswith("|")]
    return [row for row in cells if row[0] not in ("symbol", "chapter") and not row[0].startswith("---")]


def symbols_of_chapter() -> dict[str, set[str]]:
    """What the last table adds for each chapter that it names; a row without a name belongs to that above."""
    found: dict[str, set[str]] = {}
    named: list[str] = []
    for chapter, *rest in rows(SINGLE):
        named = re.findall(r"\{doc\}`([^`]+)`", chapter) or named
        for name in named:
            found.setdefault(name, set()).update(symbols(" ".join(rest)))
    return found


def test_symbols_are_found_in_formulas_and_words_are_not() -> None:
    text = r"A $\eta_{\text{max}}$, $\sqrt{v}$" + "\n$$\n" + r"\bar W = X^\top g" + "\n$$\nat $5 and B.\n```{code-cell}\n$q$\n```"
    assert symbols(text) == {"eta", "v", "W", "X", "g"}


def test_the_last_table_names_chapters() -> None:
    assert set(symbols_of_chapter()) <= set(CHAPTERS)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_symbol_of_a_chapter_is_in_a_table_for_it(chapter: str) -> None:
    listed = symbols(GENERAL) | symbols_of_chapter().get(chapter, set())
    assert symbols((BOOK / f"{chapter}.md").read_text()) - listed == set()


def test_a_symbol_has_one_meaning_in_all_chapters() -> None:
    entries = [entry for symbol, *_ in rows(GENERAL) for entry in re.findall(r"\$[^$]+\$", symbol)]
    assert len(entries) > 40 and sorted(entries) == sorted(set(entries))
