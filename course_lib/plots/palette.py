"""Colors for a light and a dark page that differ for every kind of color vision.

They begin from those of Okabe and Ito, whose lighter ones are lost on white and darker ones on black, and were moved
until each has a contrast of at least 3 with the page (WCAG 2.2, 1.4.11) and all remain apart when seen without red,
green or blue receptors. The tests compute both.
Color is never the only sign: lines also differ in dashes, points in markers.

References
----------
M. Okabe, K. Ito, "Color Universal Design" (2008).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Scheme:
    """The colors of a figure.

    Attributes
    ----------
    name : {"light", "dark"}
    background : color of the page behind the figure, which itself is transparent
    ink : color of text and axes
    faint : color of grids and level lines
    series : colors of the first, second, ... run
    """

    name: str
    background: str
    ink: str
    faint: str
    series: tuple[str, ...]

    def line(self, i: int) -> dict[str, Any]:
        """How to draw the line of series `i`."""
        return {"color": self.series[i % len(self.series)], "linestyle": DASHES[_second_sign(i)]}

    def points(self, i: int) -> dict[str, Any]:
        """How to draw the points of series `i`."""
        return {"color": self.series[i % len(self.series)], "marker": MARKERS[_second_sign(i)]}


def _second_sign(i: int) -> int:
    """Which dashes or marker go with the color of series `i`: when the colors begin anew, the next ones."""
    return (i + i // 5) % 5


LIGHT = Scheme("light", "#ffffff", "#222832", "#8b95a1", ("#0055b8", "#d86e00", "#009a68", "#9e4f8f", "#222832"))
DARK = Scheme("dark", "#121212", "#ced6dd", "#6b7480", ("#62caff", "#f78c1e", "#0f9458", "#b067a6", "#f0ea8a"))

DASHES = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)), (0, (3, 1)))
MARKERS = ("o", "s", "^", "D", "v")
