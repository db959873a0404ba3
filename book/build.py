"""Build the book: `python book/build.py`. The pages are in `_build/html`; open `_build/html/index.html`.

A warning, a failing cell or anything a cell writes to stderr ends the build with status 1. Where a claim of the book does
not hold on this machine, the page says so, and the build goes on, tells it at the end and has status 3; with `--strict`, or
if CI=true is set, that is an error, too. Chapters are executed again only if they, course_lib or a library changed; `--all`
reads and writes every page again.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from filelock import FileLock
from jupyter_book.cli.main import main as jupyter_book

BOOK = Path(__file__).parent
BUILD = BOOK.parent / "_build"
# written by _ext/course_book/claims.py
DO_NOT_HOLD = BUILD / "claims-that-do-not-hold.txt"


def main(arguments: list[str]) -> int:
    began, strict = time.monotonic(), "--strict" in arguments or os.environ.get("CI") == "true"
    arguments = [argument for argument in arguments if argument != "--strict"]
    # figures and numbers must not depend on whose computer this is, nor on the profile of their IPython
    profile = BUILD / ".ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text("get_config().IPKernelApp.log_level = 'ERROR'\n")
    os.environ.update(IPYTHONDIR=str(profile.parent), OMP_NUM_THREADS="1", MPLBACKEND="agg", COURSE_STRICT=str(int(strict)))
    os.environ.pop("MATPLOTLIBRC", None)
    try:
        with FileLock(BUILD / ".lock"):
            jupyter_book(["build", str(BOOK), "-W", "--keep-going", "-n", *arguments], standalone_mode=False)
    except Exception as error:
        # Sphinx tells a warning only when it reads a page; forgetting what it read makes the next build tell it again
        (BUILD / ".doctrees" / "environment.pickle").unlink(missing_ok=True)
        print(error, file=sys.stderr)
        return 1
    print(f"Built in {time.monotonic() - began:.0f} s: {BUILD / 'html' / 'index.html'}")
    if DO_NOT_HOLD.exists():
        print("On this machine these claims do not hold; their pages say so instead:", DO_NOT_HOLD.read_text(), sep="\n", end="")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
