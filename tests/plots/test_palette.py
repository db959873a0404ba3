"""Colors that can be told from the page and from each other, by everybody."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from course_lib.plots import DARK, LIGHT, Scheme
from course_lib.plots.palette import DASHES, MARKERS

SCHEMES = pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=lambda scheme: scheme.name)

# Seen without one kind of receptor: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A physiologically-based model for
# simulation of color vision deficiency" (2009), severity 1, on linear RGB.
VISION = {
    "all receptors": np.eye(3),
    "no red": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "no green": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "no blue": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip


def linear(color: str) -> np.ndarray:
    rgb = np.array(to_rgb(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    light, dark = sorted((linear(c) @ [0.2126, 0.7152, 0.0722] for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear RGB under D65, in which distances are about what one sees."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt(np.clip(to_xyz @ rgb, 0.008856, None) / [0.9505, 1.0, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@SCHEMES
def test_every_color_stands_out_from_the_page(scheme: Scheme) -> None:
    for color in scheme.series:
        assert contrast(color, scheme.background) >= 3, color
    assert contrast(scheme.ink, scheme.background) >= 4.5
    assert contrast(scheme.faint, scheme.background) >= 3


@SCHEMES
@pytest.mark.parametrize("vision", VISION)
def test_colors_remain_apart_for_every_kind_of_vision(scheme: Scheme, vision: str) -> None:
    seen = {color: lab(np.clip(VISION[vision] @ linear(color), 0, 1)) for color in scheme.series}
    for one, other in combinations(scheme.series, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 20, f"{one} and {other}"


@SCHEMES
def test_color_is_never_the_only_sign(scheme: Scheme) -> None:
    assert len(set(map(str, DASHES))) >= len(scheme.series)
    assert len(set(MARKERS)) >= len(scheme.series)
