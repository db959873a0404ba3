from __future__ import annotations

import numpy as np

from course_lib.autodiff import Tensor, graph


def small() -> dict[str, Tensor]:
    x = Tensor([[1.0, 2.0]])
    w = Tensor([[3.0], [4.0]], requires_grad=True)
    score = x @ w
    loss = (score * score).sum()
    return {"x": x, "w": w, "score": score, "loss": loss}


def test_nodes_come_after_their_operands_and_once():
    made = small()
    nodes, edges, _ = graph(made["loss"])
    assert len(nodes) == len(set(nodes)) == 5
    assert set(made.values()) <= set(nodes)
    assert all(nodes.index(operand) < nodes.index(result) for operand, result in edges)


def test_edges():
    made = small()
    x, w, score, loss = made.values()
    squared = loss.operands[0]
    expected = [(x, score), (w, score), (score, squared), (score, squared), (squared, loss)]
    assert graph(loss).edges == expected


def test_graph_of_a_leaf():
    w = Tensor([1.0], requires_grad=True)
    assert graph(w)[:2] == ([w], [])


def test_graph_survives_backward():
    made = small()
    before = graph(made["loss"])
    made["loss"].backward()
    assert graph(made["loss"]) == before


def test_dot_text():
    made = small()
    assert graph(made["loss"], w=made["w"], L=made["loss"]).to_dot().splitlines() == [
        "digraph {",
        "  rankdir=LR;",
        '  0 [label="constant (1, 2)", shape=box];',
        '  1 [label="w (2, 1)", shape=box];',
        '  2 [label="@ (1, 1)", shape=ellipse];',
        '  3 [label="* (1, 1)", shape=ellipse];',
        '  4 [label="L = 121", shape=ellipse];',
        "  0 -> 2;",
        "  1 -> 2;",
        "  2 -> 3;",
        "  2 -> 3;",
        "  3 -> 4;",
        "}",
    ]


def test_deep_graph():
    y = Tensor(np.ones(1), requires_grad=True)
    for _ in range(5000):
        y = -y
    assert len(graph(y).nodes) == 5001
