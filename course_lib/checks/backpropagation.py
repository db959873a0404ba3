"""What the problem set on backpropagation expects, and the mistakes it knows."""

from __future__ import annotations

import numpy as np

from course_lib.autodiff import Tensor, mse_loss
from course_lib.autodiff.tensor import topological_order
from course_lib.checks.declaration import Case, Question
from course_lib.checks.gradient_descent import moved_back
from course_lib.problems import Problem
from course_lib.problems import numerical_gradient as central_differences

# the derivatives are to be worked out by hand: torch may compute, but not differentiate
DIFFERENTIATION = (
    "course_lib.autodiff",
    "course_lib.problems",
    "course_lib.checks.answers",
    "torch.autograd.graph._engine_run_backward",
)


def parameters(*values: float | np.ndarray) -> list[Tensor]:
    return [Tensor(value, requires_grad=True) for value in values]


# --------------------------------------------------------------------------------------- local derivatives

OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    # max(a, b) from what tensors have: b where a - b is negative, otherwise a - b more
    "max": lambda a, b: b + (a - b).relu(),
}


def local_derivatives_cases(rng: np.random.Generator) -> list[Case]:
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


local_derivatives = Question(
    name="backpropagation/local-derivatives",
    cases=local_derivatives_cases,
    reference=local_derivatives_reference,
    reading="backpropagation#local-derivatives",
    forbidden=DIFFERENTIATION,
    hints=[
        "Nudge one operand by a tiny amount and keep the other: how many times as much does the result move?",
        "For a·b a nudge of a counts b times. For a/b write a·b⁻¹ and differentiate b⁻¹.",
        "max(a, b) is a copy of one operand: that one has the derivative 1, the other 0.",
    ],
)


@local_derivatives.misconception
def own_factor_in_the_product(operation, a, b):
    """In the product you have each operand's own value. How much a·b moves when a does depends on what a is multiplied by."""
    return {"+": (1, 1), "-": (1, -1), "*": (a, b), "/": (1 / b, -a / b**2), "max": (float(a > b), float(b > a))}[operation]


@local_derivatives.misconception
def minus_forgotten(operation, a, b):
    """When b grows by 1, a - b falls by 1: the derivative by b is negative."""
    return {"+": (1, 1), "-": (1, 1), "*": (b, a), "/": (1 / b, -a / b**2), "max": (float(a > b), float(b > a))}[operation]


@local_derivatives.misconception
def quotient_sign(operation, a, b):
    """The sign of the quotient's derivative by b is wrong: with a and b positive, a larger b makes a/b smaller."""
    return {"+": (1, 1), "-": (1, -1), "*": (b, a), "/": (1 / b, a / b**2), "max": (float(a > b), float(b > a))}[operation]


@local_derivatives.misconception
def quotient_not_squared(operation, a, b):
    """In the quotient's derivative by b the denominator is not squared: the derivative of b⁻¹ is -b⁻²."""
    return {"+": (1, 1), "-": (1, -1), "*": (b, a), "/": (1 / b, -a / b), "max": (float(a > b), float(b > a))}[operation]


@local_derivatives.misconception
def quotient_numerator_untouched(operation, a, b):
    """You gave a/b the derivative 1 by a. A nudge of a is divided by b like a itself."""
    return {"+": (1, 1), "-": (1, -1), "*": (b, a), "/": (1, -a / b**2), "max": (float(a > b), float(b > a))}[operation]


@local_derivatives.misconception
def sum_like_a_product(operation, a, b):
    """Your derivatives of the sum depend on a and b. When a grows by 1, a + b grows by 1, whatever a and b are."""
    return {"+": (b, a), "-": (1, -1), "*": (b, a), "/": (1 / b, -a / b**2), "max": (float(a > b), float(b > a))}[operation]


@local_derivatives.misconception
def maximum_to_both(operation, a, b):
    """You gave the maximum the derivative 1 by both operands. A small nudge of the smaller one does not change the maximum."""
    return {"+": (1, 1), "-": (1, -1), "*": (b, a), "/": (1 / b, -a / b**2), "max": (1, 1)}[operation]


@local_derivatives.misconception
def maximum_split(operation, a, b):
    """You split the maximum's derivative between both operands. Only where they are equal could one argue for that; here one is
    larger, and it alone counts."""
    return {"+": (1, 1), "-": (1, -1), "*": (b, a), "/": (1 / b, -a / b**2), "max": (0.5, 0.5)}[operation]


@local_derivatives.misconception
def maximum_to_the_smaller(operation, a, b):
    """You gave the maximum's derivative to the smaller operand. The result is a copy of the larger one."""
    return {"+": (1, 1), "-": (1, -1), "*": (b, a), "/": (1 / b, -a / b**2), "max": (float(a < b), float(b < a))}[operation]


@local_derivatives.misconception
def maximum_to_the_first(operation, a, b):
    """You always give the maximum's derivative to a. Where b is the larger one, the result is b."""
    return {"+": (1, 1), "-": (1, -1), "*": (b, a), "/": (1 / b, -a / b**2), "max": (1, 0)}[operation]


@local_derivatives.misconception
def swapped(operation, a, b):
    """Your two derivatives are swapped: the one by a comes first."""
    return {"+": (1, 1), "-": (-1, 1), "*": (a, b), "/": (-a / b**2, 1 / b), "max": (float(b > a), float(a > b))}[operation]


# --------------------------------------------------------------------------------------------------- chain


def chain_cases(rng: np.random.Generator) -> list[Case]:
    # Liu's data first: x = 1, 2, 3 and y = 2x, at the weight 1
    known = [{"w": 1.0, "x": x, "y": 2 * x} for x in (2.0, 3.0)]
    return known + [dict(zip("wxy", map(float, rng.normal(0, 2, 3)))) for _ in range(5)]


def chain_reference(w, x, y):
    (w,) = parameters(w)
    z = w * x
    e = z - y
    loss = e**2
    z.retain_grad()
    e.retain_grad()
    loss.backward()
    return loss.item(), e.grad, z.grad, w.grad


chain = Question(
    name="backpropagation/chain",
    cases=chain_cases,
    reference=chain_reference,
    reading="backpropagation#the-chain-rule",
    forbidden=DIFFERENTIATION,
    hints=[
        "Forward first: z, then e, then the loss. Keep the values, the way back needs them.",
        "Backward: the derivative by a node is the derivative by its result, times the local derivative between the two.",
        "Three local derivatives: of e² by e, of z - y by z, of w·x by w.",
    ],
)


@chain.misconception
def local_derivatives_only(w, x, y):
    """These are the local derivatives, each taken by itself. The derivative of the loss by z is the local one times what came from e, and so
    on: multiply along the way back."""
    e = w * x - y
    return e**2, 2 * e, 1.0, x


@chain.misconception
def added_along_the_way(w, x, y):
    """You add along the chain. Along one path the local derivatives multiply; adding is for several paths that meet."""
    e = w * x - y
    return e**2, 2 * e, 2 * e + 1, 2 * e + 1 + x


@chain.misconception
def missing_factor_two(w, x, y):
    """The factor 2 is missing: the derivative of e² by e is 2e."""
    e = w * x - y
    return e**2, e, e, e * x


@chain.misconception
def squared_error_sent_back(w, x, y):
    """You send the loss itself back. What goes back from e² is its derivative by e."""
    e = w * x - y
    return e**2, e**2, e**2, e**2 * x


@chain.misconception
def own_factor(w, x, y):
    """Your derivative by w is multiplied by w. When w moves, z = w·x moves x times as much."""
    e = w * x - y
    return e**2, 2 * e, 2 * e, 2 * e * w


@chain.misconception
def stops_at_z(w, x, y):
    """Your derivative by w equals the one by z: the local derivative of the last step, z = w·x, is missing."""
    e = w * x - y
    return e**2, 2 * e, 2 * e, 2 * e


@chain.misconception
def minus_for_the_target(w, x, y):
    """You change the sign between e and z. In e = z - y the minus belongs to y; when z grows, e grows."""
    e = w * x - y
    return e**2, 2 * e, -2 * e, -2 * e * x


@chain.misconception
def target_minus_prediction(w, x, y):
    """All your derivatives have the opposite sign: the error here is e = z - y, prediction minus target."""
    e = y - w * x
    return e**2, 2 * e, 2 * e, 2 * e * x


@chain.misconception
def wrong_way_round(w, x, y):
    """Your derivatives are right, but in the order of the way forward. Return them in the order of the way back: by e, by z, by w."""
    e = w * x - y
    return e**2, 2 * e * x, 2 * e, 2 * e


# ------------------------------------------------------------------------------------------- shared weight


def shared_weight_cases(rng: np.random.Generator) -> list[Case]:
    return [dict(zip(("w", "h0", "x1", "x2", "y"), map(float, rng.normal(0, 1.5, 5)))) for _ in range(6)]


def shared_weight_reference(w, h0, x1, x2, y):
    (w,) = parameters(w)
    ((w * (w * h0 + x1) + x2 - y) ** 2).backward()
    return w.grad


shared_weight = Question(
    name="backpropagation/shared-weight",
    cases=shared_weight_cases,
    reference=shared_weight_reference,
    reading="backpropagation#where-paths-meet",
    forbidden=DIFFERENTIATION,
    hints=[
        "Draw the graph. From the loss to w there are two ways: into the second multiplication directly, and through h1.",
        "Find the derivative along each way by itself, as if the other w were another variable.",
        "Along the first way w is multiplied by h1. Along the second, what comes from h2 reaches h1 multiplied by w, and in h1 the weight is "
        "multiplied by h0.",
    ],
)


@shared_weight.misconception
def direct_path_only(w, h0, x1, x2, y):
    """You treat h1 as a constant. It was computed from w too, so a second contribution comes back through it."""
    h1 = w * h0 + x1
    return 2 * (w * h1 + x2 - y) * h1


@shared_weight.misconception
def path_through_h1_only(w, h0, x1, x2, y):
    """You follow the way through h1 only. In h2 = w·h1 + x2 the weight also appears directly."""
    h1 = w * h0 + x1
    return 2 * (w * h1 + x2 - y) * w * h0


@shared_weight.misconception
def not_through_the_second_weight(w, h0, x1, x2, y):
    """On the way through h1 the second multiplication is left out: what comes from h2 reaches h1 multiplied by w."""
    h1 = w * h0 + x1
    return 2 * (w * h1 + x2 - y) * (h1 + h0)


@shared_weight.misconception
def input_in_place_of_the_state(w, h0, x1, x2, y):
    """On the way through h1 you multiply by the input x1. In h1 = w·h0 + x1 the weight is multiplied by h0; x1 is only added."""
    h1 = w * h0 + x1
    return 2 * (w * h1 + x2 - y) * (h1 + w * x1)


@shared_weight.misconception
def paths_multiplied(w, h0, x1, x2, y):
    """You multiplied the contributions of the two ways. Along a way derivatives multiply; where ways meet they add."""
    h1 = w * h0 + x1
    return 2 * (w * h1 + x2 - y) * h1 * w * h0


@shared_weight.misconception
def paths_averaged(w, h0, x1, x2, y):
    """Your derivative is half of what it should be. Is the factor 2 of the square there? And if you took the mean of the two ways: a nudge of w acts
    along both at the same time, so they add."""
    h1 = w * h0 + x1
    return 2 * (w * h1 + x2 - y) * (h1 + w * h0) / 2


@shared_weight.misconception
def squared_error_sent_back(w, h0, x1, x2, y):
    """You send the loss itself back. What goes back from e² is its derivative by e."""
    h1 = w * h0 + x1
    return (w * h1 + x2 - y) ** 2 * (h1 + w * h0)


@shared_weight.misconception
def opposite_sign(w, h0, x1, x2, y):
    """Your derivative has the opposite sign: the error is h2 - y."""
    h1 = w * h0 + x1
    return 2 * (y - w * h1 - x2) * (h1 + w * h0)


# ------------------------------------------------------------------------------------------ backward order


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


def backward_order_cases(rng: np.random.Generator) -> list[Case]:
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


backward_order = Question(
    name="backpropagation/backward-order",
    cases=backward_order_cases,
    reference=backward_order_reference,
    reading="backpropagation#the-computation-graph",
    forbidden=DIFFERENTIATION,
    hints=[
        "The way forward is easier: a node can be computed when all its operands are. The way back is such an order, reversed.",
        "A function visit(node) that visits all operands first and appends the node afterwards, and does nothing at a second visit, makes a "
        "forward order.",
        "Start visit at the result: what the result does not need is then never visited. Reverse the list at the end.",
    ],
)


def _ancestors(case: Case) -> set[str]:
    """Everything that the result of a case is computed from, itself included."""
    needed, todo = set(), [case["result"]]
    while todo:
        node = todo.pop()
        if node not in needed:
            needed.add(node)
            todo.extend(case["operands"][node])
    return needed


@backward_order.requires
def a_list_of_names(case, output):
    """Return one list of names of nodes, such as ["loss", "e", "w"]."""
    return isinstance(output, (list, tuple)) and all(isinstance(name, str) and name in case["operands"] for name in output)


@backward_order.requires
def nothing_that_is_not_needed(case, output):
    """Your list holds a node that the result is not computed from. No gradient flows there: begin at the result and go from operand to
    operand."""
    return set(output) <= _ancestors(case)


@backward_order.requires
def every_node_once(case, output):
    """Your list holds a node more than once. A node with several users passes its gradient on once, when all contributions to it are
    complete."""
    return len(output) == len(set(output))


@backward_order.requires
def nothing_missing(case, output):
    """Your list lacks a node that the result is computed from. Leaves, which have no operands, belong to it too."""
    return set(output) == _ancestors(case)


@backward_order.requires
def begins_with_the_result(case, output):
    """Your list does not begin with the result. On the way back the result comes first and the leaves come late."""
    return output[0] == case["result"]


@backward_order.requires
def users_first(case, output):
    """A node stands before one of its users in your list, so it would pass its gradient on before that user has contributed. Being near to the
    result is not enough: a node may be an operand of the result and also of something further away."""
    place = {name: i for i, name in enumerate(output)}
    return all(place[node] < place[operand] for node in output for operand in case["operands"][node])


@backward_order.violates(users_first)
def breadth_first(operands, result):
    order = [result]
    for node in order:
        for operand in operands[node]:
            if operand not in order:
                order.append(operand)
    return order


@backward_order.violates(users_first)
def depth_first_on_the_way_in(operands, result):
    order = []

    def visit(node):
        if node not in order:
            order.append(node)
            for operand in operands[node]:
                visit(operand)

    visit(result)
    return order


@backward_order.violates(users_first)
def leaves_moved_to_the_end(operands, result):
    order = [result]
    for node in order:
        order += [operand for operand in operands[node] if operand not in order]
    return sorted(dict.fromkeys(order), key=lambda node: not operands[node])


@backward_order.violates(begins_with_the_result)
def forward_order(operands, result):
    order = []

    def visit(node):
        if node not in order:
            for operand in operands[node]:
                visit(operand)
            order.append(node)

    visit(result)
    return order


@backward_order.violates(every_node_once)
def every_path(operands, result):
    order = [result]
    for node in order:
        order.extend(operands[node])
    return order


@backward_order.violates(nothing_that_is_not_needed)
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


@backward_order.violates(nothing_missing)
def without_leaves(operands, result):
    order = []

    def visit(node):
        if node not in order and operands[node]:
            for operand in operands[node]:
                visit(operand)
            order.append(node)

    visit(result)
    return order[::-1]


@backward_order.violates(nothing_missing)
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


# --------------------------------------------------------------------------------------------------- value


def value_cases(rng: np.random.Generator) -> list[Case]:
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


def run_program(Value, case):
    """Run the program on values of the student's class, send the loss back, and see what gradients there are."""
    leaves = {name: Value(case[name]) for name in "abc"}
    for _ in range(case["times"]):
        scope = dict(leaves)
        exec(case["program"], {}, scope)
        scope["loss"].backward()
    used = [name for name in leaves if name in case["program"]]
    return {"loss.data": scope["loss"].data, **{f"{name}.grad": leaves[name].grad for name in used}}


value = Question(
    name="backpropagation/value",
    cases=value_cases,
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


@value.misconception
class overwritten:
    """You assign to grad where you should add. When a value is used twice, the second contribution wipes out the first."""

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
                operand.grad = local * node.grad


@value.misconception
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


@value.misconception
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


@value.misconception
class own_factor:
    """In a product each operand gets its own value as local derivative. How much a * b moves when a does depends on b."""

    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = data, 0.0, edges

    def __add__(self, other):
        return type(self)(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return type(self)(self.data * other.data, [(self, self.data), (other, other.data)])

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


@value.misconception
class upstream_forgotten:
    """You add the local derivative alone. It has to be multiplied by the gradient of the result, which is what came back so far."""

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
                operand.grad += local


@value.misconception
class begins_with_zero:
    """All your gradients are zero: the way back begins with the derivative of the loss by itself. What is that?"""

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
        for node in reversed(order):
            for operand, local in node.edges:
                operand.grad += local * node.grad


@value.misconception
class begins_with_the_loss:
    """The way back begins with the value of the loss, so all gradients are too large by that factor. It begins with the derivative of the loss by
    itself."""

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
        self.grad = self.data
        for node in reversed(order):
            for operand, local in node.edges:
                operand.grad += local * node.grad


@value.misconception
class grad_reset_by_backward:
    """Your backward sets the gradients of all values to zero first. Then two losses sent back one after the other leave only the second's
    gradients; here, as in torch, they shall add up."""

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
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            for operand, local in node.edges:
                operand.grad += local * node.grad


@value.misconception
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


@value.misconception
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


# ----------------------------------------------------------------------------------------- linear backward


def linear_backward_cases(rng: np.random.Generator) -> list[Case]:
    # examples, inputs, outputs; square where a missing transpose raises no error
    shapes = ((4, 3, 2), (3, 3, 3), (1, 2, 4), (5, 1, 1), (2, 2, 2), (6, 2, 5))
    return [
        {"upstream": rng.normal(size=(n, k)), "x": rng.normal(size=(n, d)), "W": rng.normal(size=(k, d)), "b": rng.normal(size=k)}
        for n, d, k in shapes
    ]


def linear_backward_reference(upstream, x, W, b):
    x, W, b = parameters(x, W, b)
    (x @ W.T + b).backward(upstream)
    return x.grad, W.grad, b.grad


linear_backward = Question(
    name="backpropagation/linear-backward",
    cases=linear_backward_cases,
    reference=linear_backward_reference,
    reading="backpropagation#a-linear-layer-and-relu",
    forbidden=DIFFERENTIATION,
    hints=[
        "A gradient has the shape of what it belongs to: dx that of x, dW that of W, db that of b. Often only one product of the arrays at hand "
        "has that shape.",
        "For one example i and one output j: z_ij = Σ_k x_ik W_jk + b_j. By which number does a nudge of W_jk move z_ij? Then add up over all "
        "i that W_jk influences.",
        "b is used once for each example. Where a variable is used several times, the contributions add up.",
    ],
)


@linear_backward.misconception
def not_transposed_for_x(upstream, x, W, b):
    """In dx the weights are the wrong way round. It shows only where W is square, or elsewhere as an error of shapes: z_ij depends on x_ik through
    W_jk, so dx_ik adds up over j."""
    return upstream @ (W.T if W.shape[0] == W.shape[1] else W), upstream.T @ x, upstream.sum(axis=0)


@linear_backward.misconception
def weights_transposed(upstream, x, W, b):
    """Your dW is the transpose of what it should be: its shape is (d, k), but W, and so dW, has the shape (k, d)."""
    return upstream @ W, x.T @ upstream, upstream.sum(axis=0)


@linear_backward.misconception
def square_weights_transposed(upstream, x, W, b):
    """Where W is square, your dW is transposed. Reshaping an array does not transpose it, and equal shapes do not prove a formula: entry (j, k)
    belongs to output j and input k."""
    return upstream @ W, (x.T @ upstream).reshape(W.shape), upstream.sum(axis=0)


@linear_backward.misconception
def bias_not_summed(upstream, x, W, b):
    """Your db has one row for each example. All of them were given the same b, so their contributions add up, and db has the shape of b."""
    return upstream @ W, upstream.T @ x, upstream


@linear_backward.misconception
def bias_averaged(upstream, x, W, b):
    """You averaged over the examples in db. If the loss is a mean, its 1/n is already in the upstream gradient; here contributions add up."""
    return upstream @ W, upstream.T @ x, upstream.mean(axis=0)


@linear_backward.misconception
def bias_over_the_wrong_axis(upstream, x, W, b):
    """In db you added up over the outputs. Add up over the examples, the rows, so that each output keeps its own."""
    return upstream @ W, upstream.T @ x, upstream.sum(axis=1)


@linear_backward.misconception
def bias_ones(upstream, x, W, b):
    """Your db holds the local derivative alone. Multiply by the upstream gradient, and add up over the examples."""
    return upstream @ W, upstream.T @ x, np.ones_like(b)


@linear_backward.misconception
def averaged(upstream, x, W, b):
    """You divide dW and db by the number of examples. If the loss is a mean, its 1/n is already in the upstream gradient; dividing again makes the
    gradients too small."""
    return upstream @ W, upstream.T @ x / len(x), upstream.mean(axis=0)


@linear_backward.misconception
def weights_averaged(upstream, x, W, b):
    """You divide dW by the number of examples. If the loss is a mean, its 1/n is already in the upstream gradient."""
    return upstream @ W, upstream.T @ x / len(x), upstream.sum(axis=0)


@linear_backward.misconception
def upstream_forgotten(upstream, x, W, b):
    """You return local derivatives: nothing of the upstream gradient is in them."""
    return np.ones_like(upstream) @ W, np.ones_like(upstream).T @ x, np.full_like(b, len(x))


@linear_backward.misconception
def wrong_order(upstream, x, W, b):
    """Your three gradients are right, but in another order. Return (dx, dW, db)."""
    return upstream.T @ x, upstream.sum(axis=0), upstream @ W


# ------------------------------------------------------------------------------------------- relu backward


def relu_backward_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for shape in ((5,), (3, 4), (1,), (2, 6), (8,)):
        z = rng.normal(size=shape)
        # exact zeros, as after a ReLU or with a weight of zero
        z.flat[0] = 0.0
        cases.append({"upstream": rng.normal(size=shape), "z": z})
    return cases


def relu_backward_reference(upstream, z):
    (z,) = parameters(z)
    z.relu().backward(upstream)
    return z.grad


relu_backward = Question(
    name="backpropagation/relu-backward",
    cases=relu_backward_cases,
    reference=relu_backward_reference,
    reading="backpropagation#a-linear-layer-and-relu",
    forbidden=DIFFERENTIATION,
    hints=[
        "ReLU's slope is 1 where z is above zero and 0 where it is below; at zero take 0.",
        "Multiply the upstream gradient by the slope, entry by entry. (z > 0) is an array of True and False, which multiply as 1 and 0.",
    ],
)


@relu_backward.misconception
def relu_of_the_gradient(upstream, z):
    """You applied ReLU to the gradient. Whether a gradient passes is decided by the sign of z on the way forward; a negative gradient may
    well pass."""
    return np.maximum(upstream, 0)


@relu_backward.misconception
def relu_of_the_gradient_as_well(upstream, z):
    """You let pass only positive gradients where z is positive. The sign of z alone decides; negative gradients pass too."""
    return np.maximum(upstream, 0) * (z > 0)


@relu_backward.misconception
def slope_only(upstream, z):
    """You return the slope of ReLU, 0 or 1. Multiply it by what comes back from above."""
    return (z > 0).astype(float)


@relu_backward.misconception
def passes_at_zero(upstream, z):
    """At exactly zero you let the gradient pass. There is no derivative there; the convention, and the question, takes 0."""
    return upstream * (z >= 0)


@relu_backward.misconception
def times_the_output(upstream, z):
    """You multiply by the output of ReLU. Its slope where z is positive is 1, however large z is."""
    return upstream * np.maximum(z, 0)


@relu_backward.misconception
def everything_passes(upstream, z):
    """You let every gradient pass. Where z is negative the output does not move with z, so nothing comes back."""
    return upstream.copy()


@relu_backward.misconception
def wrong_side(upstream, z):
    """You let the gradient pass where z is negative and stop it where z is positive: the other way round."""
    return upstream * (z < 0)


@relu_backward.misconception
def sign_as_slope(upstream, z):
    """You multiply by the sign of z, which is -1 below zero. That is the slope of |z|; ReLU is flat there."""
    return upstream * np.sign(z)


# ---------------------------------------------------------------------------------------- network gradient


def network_gradient_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    # examples, inputs, hidden, outputs
    for n, d, h, k in ((5, 2, 4, 1), (4, 3, 3, 3), (1, 2, 5, 2), (7, 2, 2, 2), (6, 1, 6, 3)):
        x, W1, b1 = rng.normal(size=(n, d)), rng.normal(size=(h, d)), rng.normal(size=h)
        # about half of the hidden units on; the shift keeps any of them from standing at exactly zero
        b1 -= np.median(x @ W1.T + b1) + 0.01
        W2, b2 = rng.normal(size=(k, h)), rng.normal(size=k)
        cases.append({"x": x, "y": rng.normal(size=(n, k)), "W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return cases


def network_gradient_reference(x, y, W1, b1, W2, b2):
    W1, b1, W2, b2 = parameters(W1, b1, W2, b2)
    loss = mse_loss((x @ W1.T + b1).relu() @ W2.T + b2, y)
    loss.backward()
    return loss.item(), W1.grad, b1.grad, W2.grad, b2.grad


network_gradient = Question(
    name="backpropagation/network-gradient",
    cases=network_gradient_cases,
    reference=network_gradient_reference,
    reading="backpropagation#a-linear-layer-and-relu",
    forbidden=DIFFERENTIATION,
    hints=[
        "Forward: z = x W1ᵀ + b1, h = ReLU(z), out = h W2ᵀ + b2, loss = mean of (out - y)². Keep z and h.",
        "The way back begins with the derivative of the loss by out: 2 (out - y), divided by how many entries the mean is over.",
        "Then your three functions in reverse: linear_backward with h and W2 gives dh, dW2, db2; relu_backward turns dh into dz; linear_backward "
        "with x and W1 gives the rest.",
    ],
)


@network_gradient.misconception
def relu_skipped_on_the_way_back(x, y, W1, b1, W2, b2):
    """On the way back you skip ReLU: hidden units that were off in an example pass a gradient on all the same."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    out = h @ W2.T + b2
    g = 2 * (out - y) / out.size
    dz = g @ W2
    return np.mean((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@network_gradient.misconception
def relu_mask_from_the_gradient(x, y, W1, b1, W2, b2):
    """You apply ReLU to the gradient on the way back. Which units pass it on is decided by the sign of z on the way forward."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    out = h @ W2.T + b2
    g = 2 * (out - y) / out.size
    dz = np.maximum(g @ W2, 0)
    return np.mean((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@network_gradient.misconception
def relu_after_the_output(x, y, W1, b1, W2, b2):
    """Your network has a ReLU after the second layer too. The output layer here is linear, so that it can predict negative numbers."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    o = h @ W2.T + b2
    out = np.maximum(o, 0)
    g = 2 * (out - y) / out.size * (o > 0)
    dz = g @ W2 * (z > 0)
    return np.mean((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@network_gradient.misconception
def no_relu_at_all(x, y, W1, b1, W2, b2):
    """Your network has no ReLU, forward or backward. Two linear layers without one in between are a single linear layer."""
    h = x @ W1.T + b1
    out = h @ W2.T + b2
    g = 2 * (out - y) / out.size
    dz = g @ W2
    return np.mean((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@network_gradient.misconception
def second_layer_sees_z(x, y, W1, b1, W2, b2):
    """In the gradient of W2 you use z, from before ReLU. The second layer was given h, so its gradient is made from h."""
    z = x @ W1.T + b1
    out = np.maximum(z, 0) @ W2.T + b2
    g = 2 * (out - y) / out.size
    dz = g @ W2 * (z > 0)
    return np.mean((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ z, g.sum(axis=0)


@network_gradient.misconception
def missing_factor_two(x, y, W1, b1, W2, b2):
    """All your gradients are half of what they should be: the derivative of the square carries a factor 2."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    out = h @ W2.T + b2
    g = (out - y) / out.size
    dz = g @ W2 * (z > 0)
    return np.mean((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@network_gradient.misconception
def divided_by_examples_only(x, y, W1, b1, W2, b2):
    """Your gradients are divided by the number of examples. The loss is the mean over all entries of out, examples times outputs, so that is what
    to divide by; with one output it is the same."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    out = h @ W2.T + b2
    g = 2 * (out - y) / len(x)
    dz = g @ W2 * (z > 0)
    return np.mean((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@network_gradient.misconception
def loss_divided_by_examples_only(x, y, W1, b1, W2, b2):
    """You divide by the number of examples, in the loss and so in the gradients. The loss here is the mean over all entries of out, examples times
    outputs; with one output it is the same."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    out = h @ W2.T + b2
    g = 2 * (out - y) / len(x)
    dz = g @ W2 * (z > 0)
    return np.sum((out - y) ** 2) / len(x), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@network_gradient.misconception
def mean_forgotten_on_the_way_back(x, y, W1, b1, W2, b2):
    """Your loss is a mean, but your gradients are those of the sum: divide by the number of entries where the way back begins."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    out = h @ W2.T + b2
    g = 2 * (out - y)
    dz = g @ W2 * (z > 0)
    return np.mean((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@network_gradient.misconception
def sum_instead_of_mean(x, y, W1, b1, W2, b2):
    """Your loss is the sum of the squared errors, and your gradients belong to it. The question asks for the mean over all entries."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    out = h @ W2.T + b2
    g = 2 * (out - y)
    dz = g @ W2 * (z > 0)
    return np.sum((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@network_gradient.misconception
def opposite_sign(x, y, W1, b1, W2, b2):
    """All your gradients have the opposite sign: the error is output minus target."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    out = h @ W2.T + b2
    g = 2 * (y - out) / out.size
    dz = g @ W2 * (z > 0)
    return np.mean((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@network_gradient.misconception
def biases_averaged(x, y, W1, b1, W2, b2):
    """The gradients of the biases are averaged over the examples. The 1/n of the mean is already in what comes back from the loss, so they are
    summed."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    out = h @ W2.T + b2
    g = 2 * (out - y) / out.size
    dz = g @ W2 * (z > 0)
    return np.mean((out - y) ** 2), dz.T @ x, dz.mean(axis=0), g.T @ h, g.mean(axis=0)


# ------------------------------------------------------------------------------------------ gradient error


class _Function(Problem):
    """A function of an array, as the exercise hands it over."""

    n = 1

    def __init__(self, f, d: int) -> None:
        self.f, self.d = f, d

    def loss(self, w, batch=None):
        return self.f(w)

    def gradient(self, w, batch=None):
        raise TypeError("only the function is given")


def gradient_error_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for d, fault in ((3, "none"), (2, "sign"), (4, "one entry"), (3, "factor"), (2, "swapped"), (5, "tiny")):
        a, k = rng.uniform(1, 2, size=d) * rng.choice([-1, 1], d), rng.uniform(0.5, 1.5, size=d)

        def f(w, a=a, k=k):
            """a function f(w) of an array w"""
            return float(np.sum(a * np.sin(k * w) + w**3) + 0.5 * np.sum(w) ** 2)

        w = rng.uniform(0.5, 1.5, size=d) * rng.choice([-1, 1], d)
        g = a * k * np.cos(k * w) + 3 * w**2 + np.sum(w)
        if fault == "sign":
            g = -g
        elif fault == "one entry":
            g[rng.integers(d)] += 0.5
        elif fault == "factor":
            g = 2 * g
        elif fault == "swapped":
            g = g[::-1].copy()
        elif fault == "tiny":
            g = g * 1e-4
        cases.append({"f": f, "w": w, "g": g, "h": float(rng.choice([2e-2, 1e-2, 5e-3]))})
    return cases


def gradient_error_reference(f, w, g, h):
    measured = central_differences(_Function(f, len(w)), w, h=h)
    return np.linalg.norm(g - measured) / (np.linalg.norm(g) + np.linalg.norm(measured))


gradient_error = Question(
    name="backpropagation/gradient-error",
    cases=gradient_error_cases,
    reference=gradient_error_reference,
    observe=moved_back,
    reading="backpropagation#checking-a-gradient",
    forbidden=DIFFERENTIATION,
    rtol=1e-6,
    hints=[
        "First measure: for each coordinate the central difference of f, with f a step h ahead and a step h behind. Then compare with g.",
        "np.linalg.norm gives the length of an array.",
        "The error is a length over a sum of two lengths: 0 for equal gradients, 1 for opposite ones.",
    ],
)


@gradient_error.misconception
def absolute_error(f, w, g, h):
    """You return the length of the difference itself. Whether 0.01 is much depends on how long the gradients are: divide by the sum of their
    lengths."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.linalg.norm(g - n)


@gradient_error.misconception
def relative_to_the_claimed(f, w, g, h):
    """You divide by the length of g alone. A wrong g, such as one that is nearly zero, then decides how its own error is measured: divide by the sum
    of both lengths."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.linalg.norm(g - n) / np.linalg.norm(g)


@gradient_error.misconception
def relative_to_the_measured(f, w, g, h):
    """You divide by the length of the measured gradient alone; the question asks for the sum of both lengths."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.linalg.norm(g - n) / np.linalg.norm(n)


@gradient_error.misconception
def length_of_the_sum(f, w, g, h):
    """You divide by the length of g + ĝ. For opposite gradients that is zero: add the two lengths, not the two arrays."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.linalg.norm(g - n) / np.linalg.norm(g + n)


@gradient_error.misconception
def larger_of_the_lengths(f, w, g, h):
    """You divide by the larger of the two lengths; the question asks for their sum."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.linalg.norm(g - n) / max(np.linalg.norm(g), np.linalg.norm(n))


@gradient_error.misconception
def signed_sum(f, w, g, h):
    """You add up the differences with their signs, so that errors in different entries can cancel. Take the length of the difference."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.sum(g - n) / (np.linalg.norm(g) + np.linalg.norm(n))


@gradient_error.misconception
def squared_lengths(f, w, g, h):
    """You left out the square roots: a length is the root of the sum of squares."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.sum((g - n) ** 2) / (np.sum(g**2) + np.sum(n**2))


@gradient_error.misconception
def entry_by_entry(f, w, g, h):
    """You return one error for each entry. The question asks for one number: the length of the whole difference over the sum of the
    lengths."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.abs(g - n) / (np.abs(g) + np.abs(n))


@gradient_error.misconception
def largest_entry(f, w, g, h):
    """You return the largest error of one entry. An entry that should be nearly zero then looks badly wrong for no reason: compare the lengths of the
    whole arrays."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.max(np.abs(g - n) / (np.abs(g) + np.abs(n)))


@gradient_error.misconception
def forward_difference(f, w, g, h):
    """You measure the slope between w and w + h. Its error shrinks only like h, so a right gradient looks wrong: use the central difference, between
    w - h and w + h."""
    n = np.array([(f(w + h * e) - f(w)) / h for e in np.eye(len(w))])
    return np.linalg.norm(g - n) / (np.linalg.norm(g) + np.linalg.norm(n))


@gradient_error.misconception
def divided_by_h(f, w, g, h):
    """You divide by h, but the two points are 2h apart, so the measured gradient is twice too long."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / h for e in np.eye(len(w))])
    return np.linalg.norm(g - n) / (np.linalg.norm(g) + np.linalg.norm(n))


# --------------------------------------------------------------------------------------- without zero_grad


def without_zero_grad_cases(rng: np.random.Generator) -> list[Case]:
    cases = [{"x": np.array([1.0, 2.0, 3.0]), "y": np.array([2.0, 4.0, 6.0]), "w": 1.0, "lr": 0.01}]
    for n in (2, 4, 6):
        x = rng.uniform(0.5, 2, n)
        cases.append({"x": x, "y": 2 * x + rng.normal(0, 0.5, n), "w": float(rng.normal()), "lr": float(rng.uniform(0.02, 0.1))})
    return cases


def without_zero_grad_reference(x, y, w, lr):
    (w,) = parameters(w)
    path = []
    for xi, yi in zip(x, y):
        ((w * float(xi) - float(yi)) ** 2).backward()
        w.data -= lr * w.grad
        path.append(float(w.data))
    return path


without_zero_grad = Question(
    name="backpropagation/without-zero-grad",
    cases=without_zero_grad_cases,
    reference=without_zero_grad_reference,
    reading="backpropagation#gradients-accumulate",
    forbidden=DIFFERENTIATION,
    hints=[
        "Play the machine: a variable grad that begins at 0. What does backward do to it? What does the update read?",
        "The new derivative is taken at the w of that moment; what is already in grad stays there as it is.",
    ],
)


@without_zero_grad.misconception
def zeroed_after_all(x, y, w, lr):
    """This is the loop as it should be, with the gradient reset for each example. The question is what happens without the reset: backward
    adds to what is there."""
    path = []
    for xi, yi in zip(x, y):
        w -= lr * 2 * (w * xi - yi) * xi
        path.append(w)
    return path


@without_zero_grad.misconception
def mean_of_the_gradients(x, y, w, lr):
    """You average the gradients so far. backward adds, nothing divides."""
    grad, path = 0.0, []
    for i, (xi, yi) in enumerate(zip(x, y)):
        grad += 2 * (w * xi - yi) * xi
        w -= lr * grad / (i + 1)
        path.append(w)
    return path


@without_zero_grad.misconception
def old_gradients_computed_anew(x, y, w, lr):
    """You compute the gradients of the earlier examples again at the present w. What is already in grad was computed at the weights of its time, and
    stays as it is."""
    path = []
    for i in range(len(x)):
        w -= lr * np.sum(2 * (w * x[: i + 1] - y[: i + 1]) * x[: i + 1])
        path.append(w)
    return path


@without_zero_grad.misconception
def all_gradients_at_the_start(x, y, w, lr):
    """You take all gradients at the first w. Each backward happens after the update before it, so it sees the new w."""
    gradients = 2 * (w * x - y) * x
    return (w - lr * np.cumsum(np.cumsum(gradients))).tolist()


@without_zero_grad.misconception
def one_update_at_the_end(x, y, w, lr):
    """You add up all gradients at one w and update once at the end: no w moves in between. Here an update follows each backward."""
    gradients = 2 * (w * x - y) * x
    return (w - lr * np.cumsum(gradients)).tolist()


@without_zero_grad.misconception
def gradients_instead_of_weights(x, y, w, lr):
    """You return what grad holds after each example; the question asks for w after each update."""
    grad, path = 0.0, []
    for xi, yi in zip(x, y):
        grad += 2 * (w * xi - yi) * xi
        w -= lr * grad
        path.append(grad)
    return path


@without_zero_grad.misconception
def start_included(x, y, w, lr):
    """Your list begins with the w of the start. The question asks for w after each update, as many as there are examples."""
    grad, path = 0.0, [w]
    for xi, yi in zip(x, y):
        grad += 2 * (w * xi - yi) * xi
        w -= lr * grad
        path.append(w)
    return path


@without_zero_grad.misconception
def ascent(x, y, w, lr):
    """Your w goes uphill: the update subtracts."""
    grad, path = 0.0, []
    for xi, yi in zip(x, y):
        grad += 2 * (w * xi - yi) * xi
        w += lr * grad
        path.append(w)
    return path


@without_zero_grad.misconception
def missing_factor_two(x, y, w, lr):
    """The factor 2 of the derivative of the square is missing."""
    grad, path = 0.0, []
    for xi, yi in zip(x, y):
        grad += (w * xi - yi) * xi
        w -= lr * grad
        path.append(w)
    return path


@without_zero_grad.misconception
def only_the_last_weight(x, y, w, lr):
    """You return one number, the w at the end; the question asks for a list, w after each update."""
    grad = 0.0
    for xi, yi in zip(x, y):
        grad += 2 * (w * xi - yi) * xi
        w -= lr * grad
    return w


QUESTIONS = [
    local_derivatives,
    chain,
    shared_weight,
    backward_order,
    value,
    linear_backward,
    relu_backward,
    network_gradient,
    gradient_error,
    without_zero_grad,
]
