"""The directive `coverage`: where the course covers each item of its sources, with the library and the exercises.

    ```{coverage} A
    ```

The argument is a part of `source_items.py`. Titles, names and questions stand there; the sections come from the chapters' front
matter. An item without a section, a name that does not import or a question that does not exist is an error of the build.
"""

from __future__ import annotations

from pathlib import Path

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.locale import get_translation
from sphinx.util.docutils import SphinxDirective

from course_book.api import PACKAGES, documented
from course_book.source import locate
from course_book.source_items import ITEMS, PARTS, Item
from course_lib.checks.keys import Keys, UnknownQuestion

_ = get_translation("book")
SOLUTIONS = Path(__file__).parents[3] / "solutions"


def chapters(book: Path) -> list[str]:
    """The pages in the table of contents, in order."""
    toc = yaml.safe_load((book / "_toc.yml").read_text("utf8"))

    def files(entries: list[dict]) -> list[str]:
        return [name for entry in entries for name in (entry["file"], *files(entry.get("sections", [])))]

    return [toc["root"], *(name for part in toc.get("parts", []) for name in files(part["chapters"]))]


def front_matter(page: Path) -> dict:
    text = page.read_text("utf8")
    return yaml.safe_load(text.split("---\n")[1]) if text.startswith("---\n") else {}


def sections(book: Path) -> dict[str, list[str]]:
    """For each item the sections that cover it, as "page#section", in the order of the book."""
    found: dict[str, list[str]] = {name: [] for name in ITEMS}
    for page in chapters(book):
        for name, covering in front_matter(book / f"{page}.md").get("source_items", {}).items():
            for section in [covering] if isinstance(covering, str) else covering:
                found.setdefault(name, []).append(f"{page}#{section}")
    return found


def complaints(book: Path) -> dict[str, str]:
    """What is missing or wrong, by item."""
    wrong, keys = {}, Keys.read(SOLUTIONS)
    for name, covering in sections(book).items():
        if name not in ITEMS:
            wrong[name] = f"{covering[0]} covers an item {name} that is not listed"
        elif not covering:
            wrong[name] = "no chapter covers it"
    for name, item in ITEMS.items():
        try:
            for thing in item.library:
                locate(f"course_lib.{thing}")
            for asked in item.questions:
                keys.question(asked)
        except (ImportError, AttributeError, UnknownQuestion) as error:
            wrong[name] = str(error)
        if bool(item.questions) == bool(item.unpractised):
            wrong[name] = "an item has questions, or says why it has none"
    return wrong


def as_link(name: str) -> str:
    """A name of course_lib, with a link where the reference has it."""
    package, thing, *_rest = name.split(".")
    shown = name.rpartition(".")[2]
    if package not in PACKAGES or thing not in documented(package):
        return f"`{shown}`"
    return f"{{py:obj}}`{shown} <course_lib.{name}>`"


def row(item: Item, name: str, covering: list[str]) -> str:
    where = "<br>".join(f"[]({page}.md#{section})" for page, section in (place.split("#") for place in covering))
    practised = "<br>".join(f"`{asked}`" for asked in item.questions) or f"*{_('none')}: {item.unpractised}*"
    library = "<br>".join(map(as_link, item.library))
    return f"| {name} | {item.title} {{cite:p}}`{item.sources}` | {where} | {library} | {practised} |"


class Coverage(SphinxDirective):
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        part, book = self.arguments[0], Path(self.env.srcdir)
        if part not in PARTS:
            raise self.error(f"there is no part {part!r} of the sources; there are: {', '.join(PARTS)}")
        wrong = {name: what for name, what in complaints(book).items() if name.startswith(part)}
        if wrong:
            raise self.error("; ".join(f"{name}: {what}" for name, what in wrong.items()))
        for file in ("_toc.yml", *(f"{page}.md" for page in chapters(book))):
            self.env.note_dependency(str(book / file))
        covering = sections(book)
        heads = [_("item"), _("what the source treats"), _("in the book"), _("in course_lib"), _("in the exercises")]
        lines = [f"| {' | '.join(map(str, heads))} |", "|" + " --- |" * len(heads)]
        lines += [row(item, name, covering[name]) for name, item in ITEMS.items() if name.startswith(part)]
        table = nodes.container(classes=["coverage"])
        self.state.nested_parse(StringList(lines, source="source_items.py"), self.content_offset, table)
        return [table]


def setup(app: Sphinx) -> dict:
    app.add_directive("coverage", Coverage)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
