"""The computation behind a tensor, as something to look at."""

from __future__ import annotations

from typing import NamedTuple

from course_lib.autodiff.tensor import Tensor, topological_order


class Graph(NamedTuple):
    """Tensors, operands before results, and the pairs (operand, result) between them."""

    nodes: list[Tensor]
    edges: list[tuple[Tensor, Tensor]]
    names: dict[Tensor, str]

    def label(self, node: Tensor) -> str:
        """What to write on a node: its name or operation, and its shape, or its value if it is a number."""
        kind = self.names.get(node) or node.operation or ("parameter" if node.requires_grad else "constant")
        return f"{kind} = {node.item():.4g}" if node.ndim == 0 else f"{kind} {node.shape}"

    def to_dot(self) -> str:
        """The graph in Graphviz's language: boxes are leaves, ellipses results."""
        number = {node: i for i, node in enumerate(self.nodes)}
        lines = [
            f'  {number[node]} [label="{self.label(node)}", shape={"box" if node.is_leaf else "ellipse"}];' for node in self.nodes
        ]
        lines += [f"  {number[operand]} -> {number[result]};" for operand, result in self.edges]
        return "\n".join(["digraph {", "  rankdir=LR;", *lines, "}"])


def graph(result: Tensor, **names: Tensor) -> Graph:
    """The graph of everything `result` was computed from, also after `backward`.

    Parameters
    ----------
    result : Tensor
    **names : Tensor
        What to call tensors, for example ``graph(loss, w=w, b=b, loss=loss)``.

    Returns
    -------
    Graph
        `nodes` in topological order, `edges` as (operand, result) in the order of the operands; an operand
        used twice has two edges. ``print(graph(loss).to_dot())`` is text for Graphviz.

    Examples
    --------
    >>> w = Tensor(3.0, requires_grad=True)
    >>> print(graph(2 * w, w=w).to_dot())
    digraph {
      rankdir=LR;
      0 [label="constant = 2", shape=box];
      1 [label="w = 3", shape=box];
      2 [label="* = 6", shape=ellipse];
      0 -> 2;
      1 -> 2;
    }
    """
    nodes = topological_order(result)[::-1]
    edges = [(operand, node) for node in nodes for operand in node.operands]
    return Graph(nodes, edges, {tensor: name for name, tensor in names.items()})
