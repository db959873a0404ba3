"""Sealed keys."""

from __future__ import annotations

from pathlib import Path

SEALED = Path(__file__).with_name("sealed")


class Sealed:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
