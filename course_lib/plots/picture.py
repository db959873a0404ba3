"""A drawing in two color schemes, as a page or a notebook shows it."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, TypeAlias

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from course_lib.plots.palette import DARK, LIGHT, Scheme

Draw: TypeAlias = Callable[[Axes, Scheme], None]

WIDE = (5.6, 3.5)
PANEL = (4.2, 3.6)
"""Sizes in inches, of a picture alone and of one among several; the text stays readable at the width of a phone."""

# The book's theme knows the classes only-light and only-dark; JupyterLab and VS Code do not.
_IN_NOTEBOOKS = (
    "<style>body[data-jp-theme-light=true] .only-dark,body[data-jp-theme-light=false] .only-light,"
    "body[data-vscode-theme-kind$=light] .only-dark,body[data-vscode-theme-kind$=dark] .only-light"
    "{display:none}</style>"
)


@dataclass(frozen=True)
class Picture:
    """One pair of axes, drawn once for a light page and once for a dark one.

    As the last value of a notebook cell it shows itself.

    Attributes
    ----------
    draw : callable
        Draws on matplotlib axes in the colors of a `Scheme`.
    alt : str
        What somebody who cannot see the picture should know of it.
    title : str
        Written above the axes; needed where several pictures stand side by side.
    size : (float, float)
        Width and height in inches.
    """

    draw: Draw
    alt: str
    title: str = ""
    size: tuple[float, float] = WIDE

    def svg(self, scheme: Scheme = LIGHT) -> str:
        """The picture as SVG; the same picture gives the same text, on every machine and day."""
        style: dict[Any, Any] = {
            "svg.hashsalt": "course",
            "svg.fonttype": "path",
            "font.family": "DejaVu Sans",
            "font.size": 11,
            "axes.titlesize": 11.5,
            "axes.labelsize": 11,
            "legend.fontsize": 10,
            "legend.facecolor": scheme.background,
            "legend.edgecolor": "none",
            "legend.framealpha": 0.85,
            "xtick.labelsize": 9.5,
            "ytick.labelsize": 9.5,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.edgecolor": scheme.ink,
            "axes.labelcolor": scheme.ink,
            "text.color": scheme.ink,
            "xtick.color": scheme.ink,
            "ytick.color": scheme.ink,
            "grid.color": scheme.faint,
            "grid.alpha": 0.35,
            "lines.linewidth": 1.8,
            "path.simplify_threshold": 0.3,
        }
        with rc_context(style):
            figure = Figure(figsize=self.size, layout="constrained")
            figure.patch.set_alpha(0)
            axes = figure.add_subplot()
            axes.patch.set_alpha(0)
            self.draw(axes, scheme)
            axes.set_title(self.title)
            out = io.StringIO()
            FigureCanvasSVG(figure).print_svg(out, metadata={"Date": None, "Creator": None})
        # a hundredth of a point is finer than any screen, and the file is half as large; what is below one is a scale
        return re.sub(r"\b([1-9]\d*\.\d\d)\d+", r"\1", out.getvalue())

    def html(self) -> str:
        """The two drawings as images; a page shows the one that suits it."""
        width, height = (round(96 * inches) for inches in self.size)
        images = (
            f'<img class="only-{scheme.name}" alt="{escape(self.alt)}" width="{width}" height="{height}" '
            f'src="data:image/svg+xml;base64,{base64.b64encode(self.svg(scheme).encode()).decode()}">'
            for scheme in (LIGHT, DARK)
        )
        return "".join(images)

    def _repr_html_(self) -> str:
        return side_by_side(self)._repr_html_()

    def __repr__(self) -> str:
        return f"<Picture: {self.alt}>"


@dataclass(frozen=True)
class Row:
    """Pictures next to each other, or below each other where the page is narrow."""

    pictures: tuple[Picture, ...]

    def _repr_html_(self) -> str:
        return f'<div class="pictures">{_IN_NOTEBOOKS}{"".join(f"<div>{p.html()}</div>" for p in self.pictures)}</div>'

    def __repr__(self) -> str:
        return f"<Row: {'; '.join(p.alt for p in self.pictures)}>"


def side_by_side(*pictures: Picture) -> Row:
    """Pictures to compare, next to each other."""
    return Row(pictures)
