"""Properties of an order in which gradients go back through a graph."""

from __future__ import annotations

from course_lib.driving.calls import Case


def _ancestors(case: Case) -> set[str]:
    """Everything that the result of a case is computed from, itself included."""
    needed, todo = set(), [case["result"]]
    while todo:
        node = todo.pop()
        if node not in needed:
            needed.add(node)
            todo.extend(case["operands"][node])
    return needed


def a_list_of_names(case: Case, output: list[str]) -> bool:
    """Return one list of names of nodes, such as ["loss", "e", "w"]."""
    return isinstance(output, (list, tuple)) and all(isinstance(name, str) and name in case["operands"] for name in output)


def nothing_that_is_not_needed(case: Case, output: list[str]) -> bool:
    """Your list holds a node that the result is not computed from. No gradient flows there: begin at the result and go from operand to
    operand."""
    return set(output) <= _ancestors(case)


def every_node_once(case: Case, output: list[str]) -> bool:
    """Your list holds a node more than once. A node with several users passes its gradient on once, when all contributions to it are
    complete."""
    return len(output) == len(set(output))


def nothing_missing(case: Case, output: list[str]) -> bool:
    """Your list lacks a node that the result is computed from. Leaves, which have no operands, belong to it too."""
    return set(output) == _ancestors(case)


def begins_with_the_result(case: Case, output: list[str]) -> bool:
    """Your list does not begin with the result. On the way back the result comes first and the leaves come late."""
    return output[0] == case["result"]


def users_first(case: Case, output: list[str]) -> bool:
    """A node stands before one of its users in your list, so it would pass its gradient on before that user has contributed. Being near to the
    result is not enough: a node may be an operand of the result and also of something further away."""
    place = {name: i for i, name in enumerate(output)}
    return all(place[node] < place[operand] for node in output for operand in case["operands"][node])
