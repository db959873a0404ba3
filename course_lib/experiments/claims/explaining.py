"""What an `assert` that failed had compared: Python itself says only that it failed."""

from __future__ import annotations

import ast
import linecache
import operator
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np

OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne, ast.Is: operator.is_, ast.IsNot: operator.is_not, ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip
SHOWN = 6  # comparisons; an assertion about many things shows the last


def explain(error: AssertionError) -> str:
    """The assertion that raised `error`, and the values it compared.

    The expression is evaluated once more, in the frame where it failed, with every comparison noting its operands.

    Examples
    --------
    >>> from course_lib.experiments.claims import claim
    >>> falls = claim("example/falls", "")(lambda: {"last": 0.5})
    >>> @falls.over_seeds
    ... def _(last):
    ...     assert last.high < 0.2
    >>> falls.measure()
    Traceback (most recent call last):
    course_lib.experiments.claims.claim.DoesNotHold: over seeds 0: assert last.high < 0.2, where last.high = 0.5
    """
    message = str(error)
    frame, line = list(traceback.walk_tb(error.__traceback__))[-1]
    tree = ast.parse("".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals)) or "")
    asserts = [
        node for node in ast.walk(tree) if isinstance(node, ast.Assert) and node.lineno <= line <= (node.end_lineno or line)
    ]
    if not asserts:
        return message or f"{type(error).__name__} in {frame.f_code.co_name}"
    notes: list[str] = []
    test = _Noting().visit(ast.parse(ast.unparse(asserts[-1].test), mode="eval"))
    # generator expressions see only globals
    names = {**frame.f_globals, **frame.f_locals, "_note": lambda parts, values, ops=(): _note(notes, parts, values, ops)}
    try:
        eval(compile(ast.fix_missing_locations(test), frame.f_code.co_filename, "eval"), names)
    except Exception as problem:
        notes.append(f"(evaluated again it fails: {problem!r})")
    where = ", ".join(dict.fromkeys(notes[-SHOWN:]))
    return f"{message + ': ' if message else ''}assert {ast.unparse(asserts[-1].test)}" + (f", where {where}" if where else "")


class _Noting(ast.NodeTransformer):
    """Turns ``a < b`` into ``_note(["a", "b"], [a, b], ["Lt"])``, and a call that compares nothing, as ``isclose(a, b)``, shows its arguments."""

    def visit_Compare(self, node: ast.Compare) -> ast.Call:
        operands = [node.left, *node.comparators]
        return self._call(operands, [type(op).__name__ for op in node.ops])

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if any(isinstance(inner, ast.Compare) for inner in ast.walk(node)):
            return self.generic_visit(node)
        return self._call([node, *(a for a in node.args if not isinstance(a, ast.Starred | ast.GeneratorExp))], [])

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        # what is gone through is no number
        node.ifs = [self.visit(condition) for condition in node.ifs]
        return node

    def _call(self, operands: list[ast.expr], ops: list[str]) -> ast.Call:
        parts = ast.List([ast.Constant(ast.unparse(operand)) for operand in operands], ast.Load())
        names = ast.List([ast.Constant(op) for op in ops], ast.Load())
        return ast.Call(ast.Name("_note", ast.Load()), [parts, ast.List(operands, ast.Load()), names], [])


def _note(notes: list[str], parts: list[str], values: list[Any], ops: list[str]) -> Any:
    for part, value in zip(parts, values, strict=True):
        if part != (shown := _shown(value)):
            notes.append(f"{part} = {shown}")
    if not ops:
        return values[0]
    result: Any = True
    for op, left, right in zip(ops, values, values[1:], strict=False):
        result = OPERATORS[getattr(ast, op)](left, right)
        if not np.all(result):
            break
    return result


def _shown(value: Any) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        return np.array2string(value, precision=6, threshold=10, edgeitems=3, separator=", ").replace("\n", "")
    if isinstance(value, float):
        return f"{value:.6g}"
    text = repr(value)
    return text if len(text) < 80 else text[:77] + "..."
