"""The book's own Sphinx extension; each module adds one thing and says what it is for."""

from __future__ import annotations

from sphinx.application import Sphinx

PARTS = ("freshness", "katex", "figures", "source", "claims", "quiz", "interactive", "api", "coverage")


def setup(app: Sphinx) -> dict:
    for part in PARTS:
        app.setup_extension(f"{__name__}.{part}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
