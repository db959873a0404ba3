"""A number that remembers how it was computed and sends gradients back."""

from __future__ import annotations

import numpy as np

from course_lib.autodiff import Tensor
from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.programs import run_program

from ._differentiation import DIFFERENTIATION


def draw(rng: np.random.Generator) -> list[Case]:
    programs = [
        ("loss = a * b + c", 1),
        ("d = a + b; loss = d * d", 1),
        ("d = a + a; e = d * b; loss = e + c", 1),
        # d is an operand of the loss and of another operand of it
        ("d = a * b; e = d * c; loss = d + e", 1),
        ("d = a * b; e = d + a; f = e * d; loss = f * f + c", 1),
        # the loss computed and sent back twice, as in two batches
        ("d = a * b; loss = d * d + c", 2),
    ]
    return [
        {"program": program, "times": times, **dict(zip("abc", map(float, rng.normal(0, 1.2, 3))))} for program, times in programs
    ]


class passes_on_what_is_complete:
    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = data, 0.0, edges

    def __add__(self, other):
        return type(self)(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return type(self)(self.data * other.data, [(self, other.data), (other, self.data)])

    def backward(self):
        order = []

        def visit(node):
            if node not in order:
                for operand, _ in node.edges:
                    visit(operand)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for operand, local in node.edges:
                operand.grad += local * node.grad


question = Question(
    cases=draw,
    reference=lambda data: Tensor(data, requires_grad=True),
    observe=run_program,
    reading="backpropagation#where-paths-meet",
    forbidden=DIFFERENTIATION,
    hints=[
        "Let a result remember its operands, and beside each operand the local derivative of the operation.",
        "backward needs an order in which every node comes after all its users: you have just written one. Set the grad of the result to 1 "
        "before you start.",
        "For each node in that order: add grad times the local derivative to the grad of each operand.",
        "An operand may appear twice in one operation (a * a), and a grad may not be 0 when backward begins: both are right if you only ever "
        "add.",
    ],
)

mistake = mistakes_in(passes_on_what_is_complete, question)

mistake(
    "overwritten",
    "You assign to grad where you should add. When a value is used twice, the second contribution wipes out the first.",
    ("operand.grad += local", "operand.grad = local"),
)


@question.misconception
class not_in_order:
    """You pass a gradient on before it is complete: a value may be an operand of the loss and also of something between them. Go in an order in
    which each value comes after everything computed from it."""

    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = data, 0.0, edges

    def __add__(self, other):
        return type(self)(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return type(self)(self.data * other.data, [(self, other.data), (other, self.data)])

    def backward(self):
        self.grad = 1.0
        order = [self]
        for node in order:
            for operand, local in node.edges:
                operand.grad += local * node.grad
                if operand not in order:
                    order.append(operand)


@question.misconception
class total_passed_on_again:
    """Whenever a contribution arrives you pass on the whole gradient gathered so far, so earlier contributions are counted again. Pass on once, when
    the gradient is complete."""

    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = data, 0.0, edges

    def __add__(self, other):
        return type(self)(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return type(self)(self.data * other.data, [(self, other.data), (other, self.data)])

    def backward(self):
        self.grad = 1.0

        def pass_on(node):
            for operand, local in node.edges:
                operand.grad += local * node.grad
                pass_on(operand)

        pass_on(self)


mistake(
    "own_factor",
    "In a product each operand gets its own value as local derivative. How much a * b moves when a does depends on b.",
    ("[(self, other.data), (other, self.data)]", "[(self, self.data), (other, other.data)]"),
)


mistake(
    "upstream_forgotten",
    "You add the local derivative alone. It has to be multiplied by the gradient of the result, which is what came back so far.",
    ("local * node.grad", "local"),
)


mistake(
    "begins_with_zero",
    "All your gradients are zero: the way back begins with the derivative of the loss by itself. What is that?",
    ("        self.grad = 1.0\n", ""),
)


mistake(
    "begins_with_the_loss",
    "The way back begins with the value of the loss, so all gradients are too large by that factor. It begins with the "
    "derivative of the loss by itself.",
    ("self.grad = 1.0", "self.grad = self.data"),
)


mistake(
    "grad_reset_by_backward",
    "Your backward sets the gradients of all values to zero first. Then two losses sent back one after the other leave "
    "only the second's gradients; here, as in torch, they shall add up.",
    ("        self.grad = 1.0\n", "        for node in order:\n            node.grad = 0.0\n        self.grad = 1.0\n"),
)


@question.misconception
class same_operand_once:
    """When both operands are the same value, as in a + a, you count it once: a set or a dict keeps one of two equal entries. Both
    contribute."""

    def __init__(self, data, edges=None):
        self.data, self.grad, self.edges = data, 0.0, edges or {}

    def __add__(self, other):
        return type(self)(self.data + other.data, {self: 1.0, other: 1.0})

    def __mul__(self, other):
        return type(self)(self.data * other.data, {self: other.data, other: self.data})

    def backward(self):
        order = []

        def visit(node):
            if node not in order:
                for operand in node.edges:
                    visit(operand)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for operand, local in node.edges.items():
                operand.grad += local * node.grad


@question.misconception
class only_one_step_back:
    """Your gradients end at the operands of the loss. Each of these passes its gradient on to its own operands, back to the leaves."""

    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = data, 0.0, edges

    def __add__(self, other):
        return type(self)(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return type(self)(self.data * other.data, [(self, other.data), (other, self.data)])

    def backward(self):
        self.grad = 1.0
        for operand, local in self.edges:
            operand.grad += local * self.grad
