"""Computations as graphs."""

from __future__ import annotations

from collections import defaultdict

from matplotlib.axes import Axes

from course_lib.autodiff import Graph, Tensor
from course_lib.plots import wording
from course_lib.plots.palette import Scheme
from course_lib.plots.picture import WIDE, Picture


def computation_graph(
    graph: Graph,
    *,
    gradients: bool = False,
    title: str = "",
    alt: str | None = None,
    size: tuple[float, float] = WIDE,
) -> Picture:
    """The graph of a computation from its leaves on the left to its result on the right.

    Parameters
    ----------
    graph : Graph
        From `course_lib.autodiff.graph`; small enough to be read.
    gradients : bool
        Whether to write the gradient under each node that has one.
    title, alt, size
        As in `Picture`.
    """
    places = _places(graph)

    def draw(axes: Axes, scheme: Scheme) -> None:
        for operand, result in graph.edges:
            (x0, y0), (x1, y1) = places[operand], places[result]
            axes.annotate(
                "", (x1 - 0.28, y1), (x0 + 0.28, y0), arrowprops={"arrowstyle": "->", "color": scheme.faint, "linewidth": 1.4}
            )
        for node, (x, y) in places.items():
            color = scheme.series[0] if node.is_leaf else scheme.ink
            text = graph.label(node).replace(" = ", "\n")
            box = {"boxstyle": "round,pad=0.35", "facecolor": scheme.background, "edgecolor": color, "linewidth": 1.4}
            axes.text(x, y, text, ha="center", va="center", color=color, bbox=box)
            if gradients and node.grad is not None:
                axes.text(x, y - 0.34, f"grad {_short(node)}", ha="center", va="top", color=scheme.series[1], fontsize=10)
        axes.set_axis_off()
        xs, ys = zip(*places.values(), strict=True)
        axes.set_xlim(min(xs) - 0.6, max(xs) + 0.6)
        axes.set_ylim(min(ys) - 0.8, max(ys) + 0.5)

    steps = [
        f"{graph.label(node)}" + (f", gradient {_short(node)}" if gradients and node.grad is not None else "")
        for node in graph.nodes
    ]
    return Picture(draw, alt or f"A graph of {len(graph.nodes)} nodes, operands before results: {'; '.join(steps)}.", title, size)


def _places(graph: Graph) -> dict[Tensor, tuple[float, float]]:
    """A column for each node, one after the last of its operands, and an even spread within the column."""
    column: dict[Tensor, int] = {}
    for node in graph.nodes:
        column[node] = 1 + max((column[operand] for operand in node.operands), default=-1)
    for node in graph.nodes:
        users = [column[result] for operand, result in graph.edges if operand is node]
        # a leaf stands just before what uses it first, so that arrows stay short
        if node.is_leaf and users:
            column[node] = min(users) - 1
    columns: dict[int, list[Tensor]] = defaultdict(list)
    for node in graph.nodes:
        columns[column[node]].append(node)
    return {node: (float(x), (len(nodes) - 1) / 2 - row) for x, nodes in columns.items() for row, node in enumerate(nodes)}


def _short(node: Tensor) -> str:
    grad = node.grad
    return wording.number(float(grad)) if grad is not None and grad.ndim == 0 else f"of shape {node.shape}"
