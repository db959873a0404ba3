"""An order in which gradients can go back through a graph."""

from __future__ import annotations

import numpy as np

from course_lib.autodiff.tensor import topological_order
from course_lib.checks.declaration import Case, Question
from course_lib.checks.properties import backward_orders

from ._differentiation import DIFFERENTIATION


class _Node:
    """What `topological_order` walks over: something with operands."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.operands: tuple[_Node, ...] = ()


def backward_order_reference(operands, result):
    nodes = {name: _Node(name) for name in operands}
    for name, names in operands.items():
        nodes[name].operands = tuple(nodes[operand] for operand in names)
    return [node.name for node in topological_order(nodes[result])]


def draw(rng: np.random.Generator) -> list[Case]:
    def renamed(steps: list[list[int]]) -> Case:
        # names and places in the dict that give the order away in neither direction
        names = [chr(97 + letter) for letter in rng.permutation(len(steps))]
        operands = {names[i]: [names[j] for j in steps[i]] for i in rng.permutation(len(steps))}
        return {"operands": operands, "result": names[-2]}

    # as lists of operands, in the order of computing; the last node is computed from the others, but the result does not need it
    chain_of_four = [[], [0], [1], [2], [1]]
    # node 2 is an operand of the result and of another operand of it
    short_and_long_way = [[], [], [0, 1], [2, 0], [2, 3], [4]]
    # its operands in the other order, with a square in between
    with_a_square = [[], [], [0, 1], [2, 2], [3, 1], [4, 2], [0, 5]]
    cases = [renamed(steps) for steps in (chain_of_four, short_and_long_way, with_a_square)]
    for size in (7, 9, 12):
        steps: list[list[int]] = [[], []]
        for i in range(2, size):
            steps.append([i - 1, int(rng.integers(i))] if rng.random() < 0.5 else [int(rng.integers(i)), i - 1])
        cases.append(renamed([*steps, [int(rng.integers(size)), 0]]))
    return cases


question = Question(
    cases=draw,
    reference=backward_order_reference,
    properties=[
        backward_orders.a_list_of_names,
        backward_orders.nothing_that_is_not_needed,
        backward_orders.every_node_once,
        backward_orders.nothing_missing,
        backward_orders.begins_with_the_result,
        backward_orders.users_first,
    ],
    reading="backpropagation#the-computation-graph",
    forbidden=DIFFERENTIATION,
    hints=[
        "The way forward is easier: a node can be computed when all its operands are. The way back is such an order, reversed.",
        "A function visit(node) that visits all operands first and appends the node afterwards, and does nothing at a second visit, makes a "
        "forward order.",
        "Start visit at the result: what the result does not need is then never visited. Reverse the list at the end.",
    ],
)


@question.violates(backward_orders.users_first)
def breadth_first(operands, result):
    order = [result]
    for node in order:
        for operand in operands[node]:
            if operand not in order:
                order.append(operand)
    return order


@question.violates(backward_orders.users_first)
def depth_first_on_the_way_in(operands, result):
    order = []

    def visit(node):
        if node not in order:
            order.append(node)
            for operand in operands[node]:
                visit(operand)

    visit(result)
    return order


@question.violates(backward_orders.users_first)
def leaves_moved_to_the_end(operands, result):
    order = [result]
    for node in order:
        order += [operand for operand in operands[node] if operand not in order]
    return sorted(dict.fromkeys(order), key=lambda node: not operands[node])


@question.violates(backward_orders.begins_with_the_result)
def forward_order(operands, result):
    order = []

    def visit(node):
        if node not in order:
            for operand in operands[node]:
                visit(operand)
            order.append(node)

    visit(result)
    return order


@question.violates(backward_orders.every_node_once)
def every_path(operands, result):
    order = [result]
    for node in order:
        order.extend(operands[node])
    return order


@question.violates(backward_orders.nothing_that_is_not_needed)
def the_whole_graph(operands, result):
    order = []

    def visit(node):
        if node not in order:
            for operand in operands[node]:
                visit(operand)
            order.append(node)

    for node in operands:
        visit(node)
    return order[::-1]


@question.violates(backward_orders.nothing_missing)
def without_leaves(operands, result):
    order = []

    def visit(node):
        if node not in order and operands[node]:
            for operand in operands[node]:
                visit(operand)
            order.append(node)

    visit(result)
    return order[::-1]


@question.violates(backward_orders.nothing_missing)
def without_the_result(operands, result):
    order = []

    def visit(node):
        if node not in order:
            for operand in operands[node]:
                visit(operand)
            order.append(node)

    for operand in operands[result]:
        visit(operand)
    return order[::-1]
