"""Right answers in different styles, to test that no check turns one away; not part of what students receive.

Each is declared in the file named after its assignment with ``@answers("assignment/question")``.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections import defaultdict
from collections.abc import Callable
from importlib import import_module

_declared: dict[str, list[Callable]] = defaultdict(list)


def answers(name: str) -> Callable[[Callable], Callable]:
    """Declare the decorated function as a right answer to the question `name`."""

    def declare(answer: Callable) -> Callable:
        _declared[name].append(answer)
        return answer

    return declare


def right_answers(name: str) -> list[Callable]:
    """All right answers declared for the question `name`."""
    import_module(f"{__name__}.{name.partition('/')[0].replace('-', '_')}")
    return _declared[name]


def as_student(answer: Callable, name: str) -> str:
    """The source of `answer` as a student would have written it: under the name the notebook asks for, without docstring.

    Serves right answers and misconceptions alike; both use nothing but their arguments, NumPy as ``np`` and what they import.
    """
    # a mistake made by editing carries its source
    source = getattr(answer, "source", None) or inspect.getsource(answer)
    definition = ast.parse(textwrap.dedent(source)).body[0]
    assert isinstance(definition, (ast.FunctionDef, ast.ClassDef))
    for node in ast.walk(definition):
        # a recursive answer calls itself by its name
        if isinstance(node, ast.Name) and node.id == definition.name:
            node.id = name
    definition.name, definition.decorator_list = name, []
    if ast.get_docstring(definition) is not None:
        definition.body = definition.body[1:]
    return ast.unparse(definition)
