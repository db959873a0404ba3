"""A verdict, and how it is shown: as plain text and as HTML for a notebook."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any, TypeAlias

Curve: TypeAlias = "tuple[str, tuple[float, ...]]"

# shades that stand out on white and on the dark of JupyterLab alike; the words never take a color of their own
GREEN, RED = "#2e8b57", "#c8553d"
# the titles in the book that their address does not spell; students have the library without the book
TITLES = {
    "backpropagation": "Backpropagation and autograd",
    "comparison": "GD, SGD and mini-batch compared",
    "learning-rate-decay": "Learning-rate decay",
    "mini-batch": "Mini-batch",
    "momentum": "Momentum and Nesterov",
    "torch-optim": "The torch.optim API",
    "training": "Training a network for real",
    "a-linear-layer-and-relu": "A linear layer and ReLU",
    "adamw-and-weight-decay": "AdamW and weight decay",
    "before-gradient-descent-trying-everything": "Before gradient descent: trying everything",
    "how-sure-is-an-accuracy": "How sure is an accuracy?",
    "minima-saddle-points-and-convexity": "Minima, saddle points and convexity",
    "rmsprop": "RMSprop",
    "the-arguments-of-sgd": "The arguments of SGD",
    "the-limit-2-l": "The limit 2/L",
    "warm-up": "Warm-up",
}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a check found.

    Attributes
    ----------
    question : str
    passed : bool
    score : float
        The part of the points that is earned, 0 to 1.
    kind : str
        "passed", "misconception" (a known mistake), "different" (an unknown one), "form" (not the kind of value that is asked
        for), "precision" (right to a few digits only), "raised", "slow", "changed inputs", "called" (what it was to write), "no answer" or "no evidence".
    misconception : str or None
        The name of the mistake, if it is a known one.
    message : str
        For the student: what is wrong.
    details : sequence of (str, str)
        A first differing case: inputs, the student's output, the expected one.
    reading : str
        Where in the book to read.
    printed : str
        The beginning of what the answer printed.
    curves : sequence of (name, values)
        Two trajectories to draw, where a picture says more than the first difference.
    """

    question: str
    passed: bool
    score: float
    kind: str
    misconception: str | None = None
    message: str = ""
    details: Sequence[tuple[str, str]] = ()
    reading: str = ""
    printed: str = ""
    curves: Sequence[Curve] = ()

    def text(self) -> str:
        """The verdict in plain text."""
        return verdict_text(self)

    def html(self) -> str:
        """The verdict for a notebook."""
        return verdict_html(self)

    def to_json(self) -> dict[str, Any]:
        """The verdict as JSON data."""
        return asdict(self)


def place_in_book(reading: str) -> str:
    """The titles of the page and the section at ``"page#some-section"``."""
    return " > ".join(TITLES.get(part, part.replace("-", " ").capitalize()) for part in reading.split("#") if part)


def verdict_text(verdict: Verdict) -> str:
    if verdict.passed:
        lines = [f"[passed] {verdict.question}"]
    else:
        lines = [f"[not yet] {verdict.question}", "", verdict.message]
        if verdict.details:
            width = max(len(name) for name, _ in verdict.details)
            lines += ["", *(f"  {name:<{width}} : {value}" for name, value in verdict.details)]
        if verdict.reading:
            lines += ["", f"In the book: {place_in_book(verdict.reading)}"]
        lines += [f'For a hint, run: hint("{verdict.question}")']
    if verdict.printed:
        lines += ["", "Your answer printed:", *("  " + line for line in verdict.printed.splitlines()[:8])]
    return "\n".join(lines)


def message_html(message: str) -> str:
    """A message with what stands between backticks as code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(message))


def verdict_html(verdict: Verdict) -> str:
    color, title = (GREEN, "Passed") if verdict.passed else (RED, "Not yet")
    parts = [f"<strong>{title}</strong> · <code>{escape(verdict.question)}</code>"]
    if not verdict.passed:
        parts.append(f'<p style="margin:.5em 0">{message_html(verdict.message)}</p>')
        if verdict.details:
            rows = "".join(
                f'<tr><th scope="row" style="text-align:left;font-weight:normal;padding:0 1em 0 0;vertical-align:top">{escape(name)}'
                f'</th><td style="text-align:left"><code>{escape(value)}</code></td></tr>'
                for name, value in verdict.details
            )
            parts.append(f'<table style="margin:0;font-size:90%">{rows}</table>')
        if verdict.curves:
            parts.append(_plot(verdict.curves))
        hint = f'<code>hint("{escape(verdict.question)}")</code>'
        where = f"In the book: <em>{escape(place_in_book(verdict.reading))}</em>. " if verdict.reading else ""
        parts.append(f'<p style="margin:.5em 0 0">{where}For a hint, run {hint}.</p>')
    if verdict.printed:
        head = escape("\n".join(verdict.printed.splitlines()[:8]))
        parts.append(f'<p style="margin:.5em 0 0">Your answer printed:</p><pre style="margin:0">{head}</pre>')
    return f'<div style="border-left:4px solid {color};padding:.4em .8em;margin:.2em 0">{"".join(parts)}</div>'


def _plot(curves: Sequence[tuple[str, Sequence[float]]]) -> str:
    """Two curves over the steps as a small SVG: the expected one dashed in the color of the text, the student's on top."""
    width, height, margin = 360, 110, 6
    values = [v for _, curve in curves for v in curve if math.isfinite(v)]
    if not values:
        return ""
    # one curve that runs away must not flatten the other
    reference = [v for v in curves[0][1] if math.isfinite(v)]
    spread = (max(reference) - min(reference)) or 1.0
    low, high = max(min(values), min(reference) - spread), min(max(values), max(reference) + spread)
    lines = []
    for (name, curve), style in zip(curves, ('stroke="currentColor" stroke-dasharray="4 3"', f'stroke="{RED}"'), strict=True):
        points = []
        for step, value in enumerate(curve):
            if math.isfinite(value):
                x = margin + step * (width - 2 * margin) / max(1, len(curve) - 1)
                y = height - margin - (min(max(value, low), high) - low) * (height - 2 * margin) / ((high - low) or 1.0)
                points.append(f"{x:.1f},{y:.1f}")
        lines.append(
            f'<polyline fill="none" stroke-width="1.6" {style} points="{" ".join(points)}"><title>{escape(name)}</title></polyline>'
        )
    caption = "over the steps: dashed, what is expected; solid, yours"
    return (
        f'<svg role="img" aria-label="Two curves {caption}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'style="max-width:100%;display:block;margin-top:.5em">{"".join(lines)}</svg><small>{caption.capitalize()}.</small>'
    )
