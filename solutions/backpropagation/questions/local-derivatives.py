"""The derivatives of one operation by its operands."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question

from ._differentiation import DIFFERENTIATION, parameters

OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    # max(a, b) from what tensors have: b where a - b is negative, otherwise a - b more
    "max": lambda a, b: b + (a - b).relu(),
}


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for operation in OPERATIONS:
        # each of the two is the larger one once
        for smaller_first in (True, False):
            pair = sorted(rng.uniform(0.5, 3, 2) * rng.choice([-1, 1], 2))
            a, b = pair if smaller_first else reversed(pair)
            cases.append({"operation": operation, "a": float(a), "b": float(b)})
    return [cases[i] for i in rng.permutation(len(cases))]


def local_derivatives_reference(operation, a, b):
    a, b = parameters(float(a), float(b))
    OPERATIONS[operation](a, b).backward()
    return a.grad, b.grad


question = Question(
    cases=draw,
    reference=local_derivatives_reference,
    reading="backpropagation#local-derivatives",
    forbidden=DIFFERENTIATION,
    hints=[
        "Nudge one operand by a tiny amount and keep the other: how many times as much does the result move?",
        "For a·b a nudge of a counts b times. For a/b write a·b⁻¹ and differentiate b⁻¹.",
        "max(a, b) is a copy of one operand: that one has the derivative 1, the other 0.",
    ],
)


@question.misconception
def own_factor_in_the_product(operation, a, b):
    """In the product you have each operand's own value. How much a·b moves when a does depends on what a is multiplied by."""
    return {"+": (1, 1), "-": (1, -1), "*": (a, b), "/": (1 / b, -a / b**2), "max": (float(a > b), float(b > a))}[operation]


@question.misconception
def minus_forgotten(operation, a, b):
    """When b grows by 1, a - b falls by 1: the derivative by b is negative."""
    return {"+": (1, 1), "-": (1, 1), "*": (b, a), "/": (1 / b, -a / b**2), "max": (float(a > b), float(b > a))}[operation]


@question.misconception
def quotient_sign(operation, a, b):
    """The sign of the quotient's derivative by b is wrong: with a and b positive, a larger b makes a/b smaller."""
    return {"+": (1, 1), "-": (1, -1), "*": (b, a), "/": (1 / b, a / b**2), "max": (float(a > b), float(b > a))}[operation]


@question.misconception
def quotient_not_squared(operation, a, b):
    """In the quotient's derivative by b the denominator is not squared: the derivative of b⁻¹ is -b⁻²."""
    return {"+": (1, 1), "-": (1, -1), "*": (b, a), "/": (1 / b, -a / b), "max": (float(a > b), float(b > a))}[operation]


@question.misconception
def quotient_numerator_untouched(operation, a, b):
    """You gave a/b the derivative 1 by a. A nudge of a is divided by b like a itself."""
    return {"+": (1, 1), "-": (1, -1), "*": (b, a), "/": (1, -a / b**2), "max": (float(a > b), float(b > a))}[operation]


@question.misconception
def sum_like_a_product(operation, a, b):
    """Your derivatives of the sum depend on a and b. When a grows by 1, a + b grows by 1, whatever a and b are."""
    return {"+": (b, a), "-": (1, -1), "*": (b, a), "/": (1 / b, -a / b**2), "max": (float(a > b), float(b > a))}[operation]


@question.misconception
def maximum_to_both(operation, a, b):
    """You gave the maximum the derivative 1 by both operands. A small nudge of the smaller one does not change the maximum."""
    return {"+": (1, 1), "-": (1, -1), "*": (b, a), "/": (1 / b, -a / b**2), "max": (1, 1)}[operation]


@question.misconception
def maximum_split(operation, a, b):
    """You split the maximum's derivative between both operands. Only where they are equal could one argue for that; here one is
    larger, and it alone counts."""
    return {"+": (1, 1), "-": (1, -1), "*": (b, a), "/": (1 / b, -a / b**2), "max": (0.5, 0.5)}[operation]


@question.misconception
def maximum_to_the_smaller(operation, a, b):
    """You gave the maximum's derivative to the smaller operand. The result is a copy of the larger one."""
    return {"+": (1, 1), "-": (1, -1), "*": (b, a), "/": (1 / b, -a / b**2), "max": (float(a < b), float(b < a))}[operation]


@question.misconception
def maximum_to_the_first(operation, a, b):
    """You always give the maximum's derivative to a. Where b is the larger one, the result is b."""
    return {"+": (1, 1), "-": (1, -1), "*": (b, a), "/": (1 / b, -a / b**2), "max": (1, 0)}[operation]


@question.misconception
def swapped(operation, a, b):
    """Your two derivatives are swapped: the one by a comes first."""
    return {"+": (1, 1), "-": (-1, 1), "*": (a, b), "/": (-a / b**2, 1 / b), "max": (float(b > a), float(a > b))}[operation]
