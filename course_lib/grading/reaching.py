"""What an answer reaches for: the names in its code by which a right output can be had without computing it, and those it replaces.

The process of a notebook has no key. What is left there to reach for is code that does what is asked, such as torch.optim, and the watch
that notices its calls, which nothing can keep from code in the same process that wants it gone. Whoever does that has to name it, and a
person should read what names it. Code that hides the names well is not found; the output of an honest answer never depends on any of them.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from nbformat import NotebookNode

from course_lib.checks.keys import Keys, UnknownQuestion
from course_lib.grading.asked import ReleaseError, checked_names, code_of, course_imports, parsed, without_magic
from course_lib.grading.rebuild import is_autograded, is_solution

MOST = 5  # names in a sentence
# what notebooks are given of the checks
_GIVEN = ("check", "hint", "personal_case", "CheckFailed")
_CHECKS = "course_lib.checks"
# what no notebook imports: the line to the grader, how answers are driven, the grader itself
_PRIVATE = ("course_lib.asking", "course_lib.driving", "course_lib.running", "course_lib.grading", "course_lib.outcomes")
# of the process of the check, wherever they stand
_NAMES = frozenset(
    (
        *("setprofile", "settrace", "setprofile_all_threads", "settrace_all_threads", "_getframe", "f_back", "f_globals"),
        *("f_locals", "__globals__", "__closure__", "cell_contents", "getclosurevars", "get_objects", "get_referrers"),
        *("get_referents", "COURSE_GRADER"),
    )
)
# the settings of functions that a case hands over: where their minimum is
_ATTRIBUTES = frozenset(("bottom", "minimum"))
_LIBRARIES = ("np", "numpy", "torch")
# where names of a notebook can be had as the keys of a dict
_NAMESPACES = frozenset(("globals", "locals", "vars", "user_ns", "user_global_ns", "__dict__", "modules"))


def reached(notebook: Mapping[str, Any], keys: Keys) -> set[str]:
    """The names in a notebook's code, but for its read-only cells, that an honest answer has no use for.

    Among them, in answers, what the question forbids by its key.
    """
    found: set[str] = set()
    open_answers: list[str] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        if is_autograded(cell):
            forbidden = _forbidden(source, keys)
            found |= {name for answer in open_answers for name in _named(answer) if _lies_in(name, forbidden)}
            open_answers = []
        elif not cell["metadata"].get("nbgrader", {}).get("locked"):
            found |= set(filter(_is_odd, _named(source)))
            if is_solution(cell):
                open_answers.append(source)
    names = {name.removeprefix(".") for name in found}
    # with what it is of, where that is known
    return names - {".".join(parts[i:]) for name in names if (parts := name.split(".")) for i in range(1, len(parts))}


def sentence(found: Iterable[str]) -> str:
    """What an instructor is told."""
    return f"Its code names {_listed(found)}, by which right outputs can be had without computing them."


def _listed(found: Iterable[str]) -> str:
    names = sorted(name if len(name) <= 60 else f"{name[:57]}..." for name in found)
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return f"{', '.join(names[:MOST])}{more}"


def _is_odd(name: str) -> bool:
    if _lies_in(name, (_CHECKS,)):
        return name != _CHECKS and name.split(".")[2] not in _GIVEN
    if _lies_in(name, _PRIVATE):
        return True
    last = name.rpartition(".")[2]
    return last in _NAMES or (name.startswith(".") and last in _ATTRIBUTES) or name.startswith("application/vnd.course.")


def _forbidden(test: str, keys: Keys) -> tuple[str, ...]:
    """What the questions of a test cell forbid to call."""
    try:
        return tuple(name for asked in checked_names(test, "") for name in keys.question(asked).forbidden)
    except (ReleaseError, UnknownQuestion):
        return ()


def _lies_in(name: str, modules: Iterable[str]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def _named(source: str) -> Iterator[str]:
    """The names of a piece of code: modules as they are imported, attributes with what they are of, or with a dot, and short texts."""
    try:
        tree = ast.parse(without_magic(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # it does not run either, unless it is IPython's own language
        yield from re.findall(r"[\w.]+", source)
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute):
            # np.minimum is nobody's setting
            if not (isinstance(node.value, ast.Name) and node.value.id in _LIBRARIES):
                yield f".{node.attr}"
            if dotted := _dotted(node):
                yield dotted
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200:
            yield node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("getattr", "attrgetter"):
            yield from (f".{part.value}" for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str))


def _dotted(node: ast.expr) -> str:
    """``a.b.c``, or nothing if it does not begin with a name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def replaced(notebook: NotebookNode, release: NotebookNode) -> set[str]:
    """The names of the course to which a student's own code gives another meaning: those that the release imports, and what is in course_lib."""
    given = set(code_of(release))
    own = [cell for cell in notebook.cells if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("locked")]
    origins = _origins(course_imports(given).values())
    return {name for cell in own if cell.source not in given for name in _replaced(cell.source, origins)}


def replaced_sentence(found: Iterable[str]) -> str:
    """What student and instructor are told."""
    return f"Its code gives another meaning to {_listed(found)}, which the course defines."


def _origins(statements: Iterable[ast.Import | ast.ImportFrom]) -> dict[str, str]:
    """What names stand for after some import statements."""
    origins = {}
    for node in statements:
        for alias in node.names:
            if isinstance(node, ast.ImportFrom):
                origins[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            elif alias.asname:
                origins[alias.asname] = alias.name
            else:
                # `import a.b` gives a meaning to a
                origins[alias.name.partition(".")[0]] = alias.name.partition(".")[0]
    return origins


def _replaced(source: str, course: dict[str, str]) -> Iterator[str]:
    tree = parsed(source)
    imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    imported, bound = _bound(source)
    yield from bound & set(course)
    own = _origins(imports)
    for name, origin in own.items():
        # the same thing imported again, by whatever way the course offers it
        if name in imported and course.get(name, origin) != origin and not re.fullmatch(rf"course_lib\..*\b{name}", origin):
            yield name
    of_course = {name: origin for name, origin in (own | course).items() if origin.partition(".")[0] == "course_lib"}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            yield from _overwritten(node.value, _last(node), of_course, set(own))
        elif isinstance(node, ast.Call):
            yield from _overwritten_by_call(node, of_course, set(own))


def _bound(source: str) -> tuple[set[str], set[str]]:
    """The names that a cell imports, and those to which it gives a meaning otherwise, or takes it from, for other cells to see."""
    # code that does not parse does not run
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        top = symtable.symtable(without_magic(source), "cell", "exec")
        imported = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_imported()}
        bound = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned()}
        inside = list(top.get_children())
        while inside:
            scope = inside.pop()
            inside += scope.get_children()
            bound |= {symbol.get_name() for symbol in scope.get_symbols() if symbol.is_declared_global()}
        return imported, bound
    return set(), set()


def _overwritten(place: ast.expr, name: str, of_course: dict[str, str], imported: set[str]) -> Iterator[str]:
    """What of the course is meant by storing under `name` in `place`."""
    root = _root(place)
    if root in of_course:
        yield ".".join(filter(None, [_dotted(place) or root, name]))
    elif (name in of_course and (root in imported or _is_namespace(place))) or name.partition(".")[0] == "course_lib":
        yield name


def _overwritten_by_call(call: ast.Call, of_course: dict[str, str], imported: set[str]) -> Iterator[str]:
    texts = [part.value for part in call.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    if isinstance(call.func, ast.Name) and call.func.id in ("setattr", "delattr") and call.args:
        yield from _overwritten(call.args[0], texts[0] if texts else "", of_course, imported)
    elif isinstance(call.func, ast.Attribute) and call.func.attr in (
        "update",
        "setdefault",
        "pop",
        "push",
        "__setitem__",
        "__setattr__",
    ):
        for part in call.args:
            if isinstance(part, ast.Dict):
                texts += [key.value for key in part.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
        names = {*texts, *(keyword.arg for keyword in call.keywords if keyword.arg)}
        if _root(call.func.value) in of_course:
            yield from names
        elif call.func.attr == "push" or _is_namespace(call.func.value):
            yield from names & set(of_course)


def _is_namespace(place: ast.expr) -> bool:
    """Whether `place` is a dict of names: ``globals()``, ``get_ipython().user_ns``."""
    if isinstance(place, ast.Call):
        place = place.func
    return _last(place) in _NAMESPACES


def _last(place: ast.expr) -> str:
    """The last part of a place that can be stored to, as far as it is a name."""
    if isinstance(place, ast.Attribute):
        return place.attr
    if isinstance(place, ast.Subscript):
        return place.slice.value if isinstance(place.slice, ast.Constant) and isinstance(place.slice.value, str) else ""
    return place.id if isinstance(place, ast.Name) else ""


def _root(place: ast.expr) -> str:
    """The name with which a place begins: ``a`` of ``a.b[0]``, of ``vars(a)`` and of ``getattr(a, "b")``."""
    while True:
        if isinstance(place, (ast.Attribute, ast.Subscript)):
            place = place.value
        elif isinstance(place, ast.Call) and isinstance(place.func, ast.Name) and place.args:
            place = place.args[0]
        else:
            return place.id if isinstance(place, ast.Name) else ""
