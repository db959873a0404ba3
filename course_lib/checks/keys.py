"""Finding what is declared in ``solutions/``: an assignment is a folder, a question a file of its ``questions/``.

The files are read as text and run from memory, so that keys can travel to wherever answers are judged and need lie on no disk there.
"""

from __future__ import annotations

import hashlib
import importlib
import secrets
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from inspect import isclass, isfunction
from pathlib import Path
from types import ModuleType
from typing import Generic, TypeVar

from course_lib.checks.declaration import Question
from course_lib.checks.drawing import Draw, Key, draw_for

QUESTIONS, ANSWERS, ABOUT = "questions", "answers", "assignment.toml"
Sources = Mapping[str, bytes]
AnyKey = TypeVar("AnyKey", bound=Key)


class UnknownQuestion(LookupError):
    """There is no question, or no assignment, of that name."""

    def _render_traceback_(self) -> list[str]:
        # who mistyped a name in a notebook has nothing to learn from the inside of the library
        return [f"{type(self).__name__}: {self}"]


class BrokenKey(ValueError):
    """A file of ``solutions/`` does not declare what it should; the message names it."""


class Catalogue(Generic[AnyKey]):
    """Questions by assignment and by name."""

    def __init__(self) -> None:
        self._questions: dict[str, dict[str, AnyKey]] = {}

    def assignments(self) -> list[str]:
        """The assignments that have questions, each after those it builds on."""
        raise NotImplementedError

    def _load(self, assignment: str) -> dict[str, AnyKey]:
        raise NotImplementedError

    def questions(self, assignment: str) -> dict[str, AnyKey]:
        """All questions of an assignment by name, in the order in which its notebook asks them.

        Raises
        ------
        UnknownQuestion
            If there is no such assignment; the message lists those there are.
        BrokenKey
            If a file cannot be run, or declares no question.
        """
        if assignment not in self._questions:
            known = self.assignments()
            if assignment not in known:
                raise UnknownQuestion(f"there is no assignment {assignment!r}; there are: {', '.join(known) or 'none'}.")
            self._questions[assignment] = self._load(assignment)
        return self._questions[assignment]

    def question(self, name: str) -> AnyKey:
        """The question called `name`.

        Raises
        ------
        UnknownQuestion
            If there is none; the message lists those there are.
        """
        if not isinstance(name, str):
            raise UnknownQuestion(f'a question\'s name is a string like "gradient-descent/cost", got {name!r}.')
        known = self.questions(name.partition("/")[0])
        if name not in known:
            raise UnknownQuestion(f"there is no question {name!r}; this assignment has: {', '.join(known)}.")
        return known[name]


class Keys(Catalogue[Question]):
    """The keys of a course, or of a part of it.

    Parameters
    ----------
    sources : mapping from str to bytes
        The files by path below ``solutions/``: ``gradient-descent/questions/cost.py``.
    """

    def __init__(self, sources: Sources) -> None:
        super().__init__()
        self.sources = dict(sorted(sources.items()))
        self._package = _published(self.sources)

    @classmethod
    def read(cls, solutions: str | Path) -> Keys:
        """The keys in a folder ``solutions/``."""
        root = Path(solutions)
        files = [path for kind in (f"{QUESTIONS}/*.py", f"{ANSWERS}/*.py", ABOUT, "*.ipynb") for path in root.glob(f"*/{kind}")]
        return cls({path.relative_to(root).as_posix(): path.read_bytes() for path in files})

    def of(self, assignment: str) -> Keys:
        """The keys of one assignment alone: what is sent to where it is judged."""
        return Keys({path: text for path, text in self.sources.items() if path.startswith(f"{assignment}/")})

    def assignments(self) -> list[str]:
        names = sorted({path.partition("/")[0] for path in self.sources if f"/{QUESTIONS}/" in path})
        needs = {name: sorted(set(self._about(name).get("builds_on", [])) & set(names)) for name in names}
        try:
            return list(TopologicalSorter(needs).static_order())
        except CycleError as error:
            raise BrokenKey(
                f"these assignments build on one another in a circle: {', '.join(error.args[1])}. See their {ABOUT}."
            ) from error

    def _load(self, assignment: str) -> dict[str, Question]:
        stems = self._stems(assignment, QUESTIONS)
        notebooks = b"".join(text for path, text in self.sources.items() if path.endswith(".ipynb")).decode()
        asked = {stem: notebooks.find(f'check(\\"{assignment}/{stem}\\"') for stem in stems}
        ordered = sorted(stems, key=lambda stem: (asked[stem] < 0, asked[stem]))
        return {f"{assignment}/{stem}": self._question(assignment, stem) for stem in ordered}

    def draw(self, name: str, student: str = "", seed: int | None = None) -> Draw:
        """A draw of a question, by default a new one at every call."""
        return draw_for(self.question(name), secrets.randbits(48) if seed is None else seed, student)

    def right_answers(self, name: str) -> list[Callable]:
        """The right answers to a question in other styles: what its file of ``answers/`` defines under public names."""
        assignment, _, stem = name.partition("/")
        if stem not in self._stems(assignment, ANSWERS):
            return []
        module = self._module(assignment, ANSWERS, stem)
        return [
            thing
            for key, thing in vars(module).items()
            if not key.startswith("_") and (isfunction(thing) or isclass(thing)) and thing.__module__ == module.__name__
        ]

    def _question(self, assignment: str, stem: str) -> Question:
        declared = getattr(self._module(assignment, QUESTIONS, stem), "question", None)
        if not isinstance(declared, Question):
            raise BrokenKey(f"{assignment}/{QUESTIONS}/{stem}.py declares no question: it must say `question = Question(...)`.")
        declared.name = f"{assignment}/{stem}"
        return declared

    def _stems(self, assignment: str, kind: str) -> Sequence[str]:
        """The files of a folder; one whose name begins with an underscore is shared by the others."""
        prefix = f"{assignment}/{kind}/"
        stems = [path.removeprefix(prefix).removesuffix(".py") for path in self.sources if path.startswith(prefix)]
        return [stem for stem in stems if not stem.startswith("_")]

    def _module(self, assignment: str, kind: str, stem: str) -> ModuleType:
        try:
            return importlib.import_module(f"{self._package}.{assignment}.{kind}.{stem}")
        except Exception as error:
            raise BrokenKey(f"{assignment}/{kind}/{stem}.py cannot be run: {type(error).__name__}: {error}") from error

    def _about(self, assignment: str) -> dict:
        try:
            return tomllib.loads(self.sources.get(f"{assignment}/{ABOUT}", b"").decode())
        except ValueError as error:
            raise BrokenKey(f"{assignment}/{ABOUT} is not TOML: {error}") from error


class _FromMemory(MetaPathFinder, SourceLoader):
    """Imports the files of one set of keys as modules of one package."""

    def __init__(self, package: str, sources: Sources) -> None:
        files = {path: text for path, text in sources.items() if path.endswith(".py")}
        # a name that no file has: a traceback and inspect must show the text that was run
        self.texts = {f"{package}/{path}": text for path, text in files.items()}
        self.modules = {f"{package}.{path[:-3].replace('/', '.')}": f"{package}/{path}" for path in files}
        self.packages = {name.rsplit(".", depth)[0] for name in self.modules for depth in (1, 2, 3)}

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if fullname in self.packages:
            spec = ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = []
            return spec
        if fullname not in self.modules:
            return None
        spec = spec_from_loader(fullname, self, origin=self.modules[fullname])
        assert spec is not None
        # then the module has a __file__, by which inspect finds its text
        spec.has_location = True
        return spec

    def get_filename(self, fullname: str) -> str:
        return self.modules[fullname]

    def get_data(self, path: str) -> bytes:
        try:
            return self.texts[path]
        except KeyError as error:
            raise OSError(f"{path} is not among the keys") from error


def _published(sources: Sources) -> str:
    """The name of the package under which `sources` can be imported, the same for the same sources."""
    digest = hashlib.sha256(repr(sorted(sources.items())).encode()).hexdigest()[:16]
    package = f"solutions_{digest}"
    if not any(isinstance(finder, _FromMemory) and package in finder.packages for finder in sys.meta_path):
        sys.meta_path.append(_FromMemory(package, sources))
    return package
