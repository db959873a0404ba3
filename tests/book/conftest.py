"""The built book, a browser to read it with, and small books to try the build on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILD = [sys.executable, "book/build.py", "--strict"]


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built pages; builds what is not up to date."""
    built = subprocess.run(BUILD, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout[-2000:] + built.stderr[-4000:]
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def pages(site: Path) -> list[Path]:
    return sorted(site.glob("*.html"))


@pytest.fixture
def small_book(tmp_path: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Builds a book with this book's configuration and a single chapter, whose text is the argument."""
    for part in ("_ext", "_static", "_templates", "_interactive", "references.bib", "build.py"):
        source, target = ROOT / "book" / part, tmp_path / "book" / part
        target.parent.mkdir(exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    shutil.copy(ROOT / "_config.yml", tmp_path)
    (tmp_path / "book" / "_toc.yml").write_text("format: jb-book\nroot: index\n")

    def build(text: str, strict: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        front = "---\njupytext:\n  text_representation: {extension: .md, format_name: myst}\nkernelspec: {name: python3}\n---\n"
        (tmp_path / "book" / "index.md").write_text(front + text)
        command = BUILD if strict else [argument for argument in BUILD if argument != "--strict"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env={**os.environ, **environment})

    return build


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator:
    from playwright.sync_api import sync_playwright

    quiet = "--disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
    with sync_playwright() as playwright:
        # the sandbox does not work as root, and these pages are our own
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu", *quiet.split()])
        yield launched
        launched.close()
