"""What can be read off the built pages without a browser."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from verdicts import KEYS

BOOK = Path(__file__).parents[2] / "book"
sys.path.append(str(BOOK / "_ext"))

from course_book import coverage  # noqa: E402

CHAPTERS = {
    "why-optimization": ["A1", "A2"],
    "gradient-descent": [*(f"A{i}" for i in range(1, 10)), "G1", "G2"],
    "backpropagation": ["E1"],
    "stochastic-gradient-descent": [*(f"B{i}" for i in range(1, 7)), "G4", "G5", "G6"],
    "mini-batch": [*(f"C{i}" for i in range(1, 11)), "G3", "G7"],
    "comparison": ["D1", "D2"],
    "limits-of-gradient-descent": ["D3", "D4"],
    "learning-rate-decay": [f"F{i}" for i in range(1, 8)],
    "curvature": ["E10", "G9"],
    "newer-methods": ["E6", "G11"],
    "training": ["C8"],
    "torch-optim": [*(f"E{i}" for i in (2, 3, 4, 5, 11, 12, 13)), "G8", "G9", "G10"],
    "momentum": ["G11", "G12"],
    "adaptive-methods": ["E6", "E7", "E8", "E9", "G10"],
}
# the section of each chapter that shows what goes wrong
GOES_WRONG = {
    "why-optimization": "more-parameters",
    "gradient-descent": "what-goes-wrong",
    "backpropagation": "gradients-accumulate",
    "stochastic-gradient-descent": "data-without-noise",
    "mini-batch": "a-batch-that-never-changes",
    "comparison": "what-goes-wrong",
    "limits-of-gradient-descent": "six-troubles",
    "torch-optim": "what-each-step-is-for",
    "momentum": "what-momentum-does-not-do",
    "adaptive-methods": "the-same-argument-another-meaning",
    "curvature": "where-newton-goes-wrong",
    "newer-methods": "when-not-to-bother",
    "learning-rate-decay": "the-order-of-the-calls",
    "training": "reading-a-loss-curve",
}
# attributes that make a browser load something; a link to follow is none of them
LOADING = {"src", "srcset", "poster", "data", "background"}


def parse(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text("utf8"), "html.parser")


def front_matter(page: Path) -> dict:
    return yaml.safe_load(page.read_text("utf8").split("---")[1])


def loads(element: Tag) -> list[str]:
    found = [str(element[name]) for name in LOADING if element.has_attr(name)]
    if element.name == "link" and not {"canonical", "author", "license", "next", "prev", "index", "search"} & set(element["rel"]):
        found.append(str(element["href"]))
    if element.name in ("use", "image"):
        found += [str(value) for key, value in element.attrs.items() if key in ("href", "xlink:href")]
    return found


def test_every_page_of_the_book_is_in_the_table_of_contents() -> None:
    listed = coverage.chapters(BOOK)
    assert len(listed) == len(set(listed))
    assert set(listed) == {page.stem for page in BOOK.glob("*.md")}


def test_no_page_loads_from_another_host(pages: list[Path]) -> None:
    assert len(pages) > 5
    for page in pages:
        for element in parse(page).find_all(True):
            for address in loads(element):
                assert not urlparse(address).netloc, f"{page.name} loads {address}"


def test_no_style_sheet_loads_from_another_host(site: Path) -> None:
    sheets = list(site.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        for address in re.findall(r"(?:url\(|@import\s+)[\"']?([^\"')\s;]+)", sheet.read_text("utf8")):
            assert not urlparse(address).netloc, f"{sheet.name} loads {address}"


def test_what_pages_load_is_there(pages: list[Path], site: Path) -> None:
    for page in pages:
        for element in parse(page).find_all(True):
            for address in loads(element):
                path = unquote(urlparse(address).path)
                if path and not address.startswith("data:"):
                    assert (page.parent / path).exists(), f"{page.name} loads {address}, which is missing"


def test_links_within_the_book_lead_somewhere(pages: list[Path]) -> None:
    ids = {page.name: {element["id"] for element in parse(page).find_all(id=True)} for page in pages}
    for page in pages:
        for link in parse(page).find_all("a", href=True):
            target = urlparse(str(link["href"]))
            name = Path(unquote(target.path)).name or page.name
            if target.netloc or target.scheme or not name.endswith(".html"):
                continue
            assert name in ids, f"{page.name} links to {link['href']}"
            assert not target.fragment or unquote(target.fragment) in ids[name], f"{page.name} links to {link['href']}"


def test_every_picture_has_alternative_text_and_both_colors(pages: list[Path]) -> None:
    pictures = 0
    for page in pages:
        for image in parse(page).find_all("img"):
            assert len(str(image.get("alt", ""))) > 20, f"{page.name}: {image}"
        for group in parse(page).select(".pictures > div"):
            light, dark = group.find_all("img")
            assert (light["class"], dark["class"]) == (["only-light"], ["only-dark"])
            assert light["alt"] == dark["alt"]
            assert light["src"] != dark["src"]
            assert light["width"] and light["height"], "the page would jump while it loads"
            pictures += 1
    assert pictures > 15


def test_pictures_are_files_of_their_own(pages: list[Path]) -> None:
    for page in pages:
        assert "data:image/svg+xml" not in page.read_text("utf8")


def test_every_figure_has_a_caption_with_a_number(pages: list[Path]) -> None:
    for page in pages:
        for figure in parse(page).find_all("figure"):
            assert figure.select_one("figcaption .caption-number"), figure.get("id")


@pytest.mark.parametrize("name", CHAPTERS)
def test_formulas_are_set_and_can_be_read_out(name: str, site: Path) -> None:
    chapter = parse(site / f"{name}.html")
    formulas = chapter.select(".math")
    assert len(formulas) >= 10
    for formula in formulas:
        assert formula.select_one("math"), formula
        assert formula.select_one(".katex-html")["aria-hidden"] == "true"
    assert not chapter.select(".katex-error")
    article = chapter.select_one("article")
    for hidden in article.select("pre, code, .katex-mathml, script, style"):
        hidden.decompose()
    assert not re.findall(r".{0,30}[\\${].{0,30}", article.get_text()), "a formula is shown as source"


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_question_has_a_right_answer_and_explains_all(name: str, site: Path) -> None:
    questions = parse(site / f"{name}.html").select(".question")
    assert len(questions) >= 4
    for question in questions:
        verdicts = [answer.get_text(" ", strip=True) for answer in question.select("dd")]
        right = [verdict.startswith("Right.") for verdict in verdicts]
        assert any(right) and not all(right), question.select_one(".question-text")
        assert all(len(verdict.split()) > 3 for verdict in verdicts)


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_has_every_part_that_it_should_have(name: str, site: Path) -> None:
    page = parse(site / f"{name}.html")
    article = page.select_one("article")
    cards = {card.get_text(strip=True): card.find_parent(class_="sd-card-body") for card in article.select(".sd-card-title")}
    for card in ("What you will be able to do", "What you need"):
        assert cards[card].select("li"), card
    headings = [heading.find(string=True, recursive=False).strip() for heading in article.select("section > h2")]
    assert headings[-4:] == ["Check yourself", "Summary", "Do it yourself", "Further reading"]
    parts = {
        "the library's source": ".source pre",
        "a displayed formula": ".math .katex-display",
        "an experiment": ".cell .cell_output .pictures",
        "a measured claim": ".claim",
        "what goes wrong": f"section#{GOES_WRONG[name]}",
        "a question": "#check-yourself .question",
        "a summary": "#summary li",
        "a problem set to open": "#do-it-yourself a.download[href$='.ipynb']",
        "further reading": "#further-reading li a[href*='bibliography']",
    }
    for part, where in parts.items():
        assert article.select(where), f"{name} lacks {part}"
    # first to see, then to calculate; the chapter on torch's loop begins with code
    if name != "torch-optim":
        first = article.select(".pictures, .katex-display")[0]
        assert "pictures" in first["class"], "a formula stands before the first picture"


def test_the_problem_set_that_a_chapter_gives_is_the_released_one(site: Path) -> None:
    given = set()
    for name in CHAPTERS:
        for link in parse(site / f"{name}.html").select("a.download[href$='.ipynb']"):
            file = site / unquote(str(link["href"]))
            released = BOOK.parent / "exercises" / file.stem / file.name
            assert file.read_bytes() == released.read_bytes(), f"{name} gives another {file.name}"
            given.add(file.stem)
    assert given >= set(KEYS.assignments()) - {"capstone", "clinic"}


@pytest.mark.parametrize(("chapter", "items"), CHAPTERS.items())
def test_a_chapter_says_where_it_covers_each_source_item(chapter: str, items: list[str], site: Path) -> None:
    covered = front_matter(BOOK / f"{chapter}.md")["source_items"]
    assert set(items) <= set(covered)
    ids = {element["id"] for element in parse(site / f"{chapter}.html").find_all("section", id=True)}
    places = {place for covering in covered.values() for place in ([covering] if isinstance(covering, str) else covering)}
    assert places <= ids


def test_every_question_points_to_a_section_of_the_book(site: Path) -> None:
    sections: dict[str, set] = {}
    for asked in [asked for assignment in KEYS.assignments() for asked in KEYS.questions(assignment).values()]:
        page, _, section = asked.reading.partition("#")
        if page not in sections:
            sections[page] = {element["id"] for element in parse(site / f"{page}.html").find_all("section", id=True)}
        assert section in sections[page], f"{asked.name} points to {asked.reading}"


def test_the_students_guide_lists_every_problem_set() -> None:
    listed = re.findall(r"^\| `([\w-]+)` \|", (BOOK / "students.md").read_text("utf8"), re.MULTILINE)
    assert listed == KEYS.assignments()


def test_every_source_is_cited_in_the_bibliography(site: Path) -> None:
    shown = (site / "bibliography.html").read_text("utf8")
    for title in (
        "Pytorch-SGD算法解析",
        "Pytorch深度学习实践笔记3",
        "优化器(Optimizer)模块",
        "随机梯度下降法",
        "小批量随机梯度下降",
    ):
        assert title in shown


def test_the_limits_in_the_guide_are_those_of_the_grader() -> None:
    from course_lib.grading.preprocessors import ForkExecute

    settings = ForkExecute()
    listed = re.findall(r"^\| `(\w+)` \|.*\| (\d+) \|$", (BOOK / "cluster.md").read_text("utf8"), re.MULTILINE)
    assert len(listed) == 6
    for name, value in listed:
        assert getattr(settings, name) == float(value), name


def test_the_readme_installs_the_torch_that_is_pinned() -> None:
    pinned = re.search(r"^torch==\S+", (BOOK.parent / "requirements.txt").read_text("utf8"), re.MULTILINE)
    assert f"pip install {pinned[0]} --index-url" in (BOOK.parent / "README.md").read_text("utf8")


def test_the_site_is_small(site: Path) -> None:
    assert sum(file.stat().st_size for file in site.rglob("*") if file.is_file()) < 40e6
