"""Answers that are alike: between students, and to the reference.

Names, comments, docstrings, annotations and layout do not count. Two texts are compared by the runs of `RUN` tokens they share, chosen by
winnowing [1]_, so that moved or inserted lines hide little. What the release gives to everybody, and what much of the class
writes, is left out: short right answers are alike without anybody having copied.

References
----------
.. [1] Schleimer, Wilkerson and Aiken (2003), Winnowing: local algorithms for document fingerprinting, SIGMOD.
"""

from __future__ import annotations

import ast
import inspect
import io
import keyword
import sys
import textwrap
import tokenize
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from course_lib.checks.declaration import Question

RUN = 12  # tokens; shorter runs are in everybody's code
WINDOW = 4
COMMON = 0.1  # of a class, but within `FEW`: what more of them write is no sign of anything
FEW = (3, 10)
FEWEST = 8  # fingerprints that two must share
ALIKE = 0.8  # of the fingerprints of the shorter one
REFERENCE = "the reference"


@dataclass(frozen=True)
class Alike:
    """Students whose answers are nearly identical.

    Attributes
    ----------
    students : tuple of str
        Two or more; or one and `REFERENCE`.
    similarity : float
        The part of the rarer fingerprints that is shared, 0 to 1.
    same : bool
        All their answers are the same but for names and layout.
    """

    students: tuple[str, ...]
    similarity: float
    same: bool = False


def answers(notebook: Mapping[str, Any]) -> list[str]:
    """The code of a notebook's answer cells."""
    cells = (cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    return ["".join(cell["source"]) for cell in cells if cell["metadata"].get("nbgrader", {}).get("solution")]


def reference_sources(questions: Iterable[Question]) -> list[str]:
    """The code that questions are judged by, most of which students have in the library.

    What the library defines comes with the whole file, so that a base class or a helper does not hide it.
    """
    sources: dict[str, None] = {}
    for question in questions:
        reference = inspect.unwrap(question.reference)
        defined = [reference]
        if code := getattr(reference, "__code__", None):
            defined += [reference.__globals__[used] for used in code.co_names if used in reference.__globals__]
        for thing in defined:
            module = getattr(thing, "__module__", None) or ""
            in_key = module.partition(".")[0] == reference.__module__.partition(".")[0]
            in_library = module.startswith("course_lib.")
            if callable(thing) and (in_key or in_library):
                with suppress(TypeError, OSError):
                    source = inspect.getsource(sys.modules[module] if in_library else thing)
                    sources[textwrap.dedent(source)] = None
    return list(sources)


def find_alike(written: Mapping[str, Iterable[str]], given: Iterable[str] = (), reference: Iterable[str] = ()) -> list[Alike]:
    """Who wrote nearly the same.

    Parameters
    ----------
    written : mapping from student to iterable of str
        The code of each student's answers.
    given : iterable of str
        What the release gives to everybody.
    reference : iterable of str
        The code of the solutions. It is compared with the students, and makes nothing common.

    Returns
    -------
    list of Alike
        The most similar first.
    """
    prints = {student: _fingerprints(sources) for student, sources in written.items()}
    holders: dict[int, list[str]] = defaultdict(list)
    for student, own in prints.items():
        for fingerprint in own:
            holders[fingerprint].append(student)
    known = _fingerprints(given)
    most = min(max(FEW[0], COMMON * len(prints)), FEW[1])
    rare = {fingerprint: who for fingerprint, who in holders.items() if fingerprint not in known and len(who) <= most}

    found = _the_same(prints, known)
    together = {pair for group in found for pair in combinations(group.students, 2)}
    own_rare = Counter(student for who in rare.values() for student in who)
    shared = Counter(pair for who in rare.values() for pair in combinations(sorted(who), 2))
    for pair, count in shared.items():
        similarity = count / min(own_rare[student] for student in pair)
        if count >= FEWEST and similarity >= ALIKE and pair not in together:
            found.append(Alike(pair, similarity))

    solution = _fingerprints(reference)
    taken = Counter(student for fingerprint, who in rare.items() if fingerprint in solution for student in who)
    for student, count in taken.items():
        if count >= FEWEST and count / own_rare[student] >= ALIKE:
            found.append(Alike((student, REFERENCE), count / own_rare[student]))
    return sorted(found, key=lambda alike: (not alike.same, -alike.similarity, alike.students))


def _the_same(prints: Mapping[str, frozenset[int]], known: frozenset[int]) -> list[Alike]:
    """Groups in which everything is the same; this finds also those that are too many to be rare."""
    groups: dict[frozenset[int], list[str]] = defaultdict(list)
    for student, own in prints.items():
        groups[own - known].append(student)
    return [Alike(tuple(sorted(who)), 1.0, True) for own, who in groups.items() if len(who) > 1 and len(own) >= FEWEST]


def _fingerprints(sources: Iterable[str]) -> frozenset[int]:
    """The least hash of every `WINDOW` successive runs of tokens."""
    chosen: set[int] = set()
    for source in sources:
        tokens = _tokens(source)
        hashes = [zlib.crc32(" ".join(tokens[i : i + RUN]).encode()) for i in range(len(tokens) - RUN + 1)]
        windows = max(1, len(hashes) - WINDOW + 1)
        chosen.update(min(hashes[i : i + WINDOW]) for i in range(windows) if hashes)
    return frozenset(chosen)


def _tokens(source: str) -> list[str]:
    """Code as tokens, in which all names of the student's own are alike; without what does not change what it does."""
    # code that does not parse stays as it stands, and is read up to where it ends too early
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        source = ast.unparse(_Bare().visit(ast.parse(source)))
    tokens: list[str] = []
    with suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
                # what comes after a dot is a library's name
                tokens.append(token.string if tokens and tokens[-1] == "." else "name")
            elif token.type in (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING):
                tokens.append(token.string)
    return tokens


class _Bare(ast.NodeTransformer):
    """Removes docstrings and annotations; comments are gone already."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:  # noqa: N802 - the name that ast calls
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:  # noqa: N802
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:  # noqa: N802
        if node.value is None:
            return None
        return self.generic_visit(ast.Assign([node.target], node.value, lineno=node.lineno))
