"""What the build must notice: each mistake ends it with a status other than 0 and a word on what is wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import course_lib

Build = Callable[..., subprocess.CompletedProcess[str]]


def cell(code: str) -> str:
    return f"\n```{{code-cell}}\n{code}\n```\n"


def test_a_failing_cell_fails_the_build(small_book: Build) -> None:
    built = small_book("# Title\n" + cell("1 / 0"))
    assert built.returncode != 0
    assert "ZeroDivisionError" in built.stdout + built.stderr


def test_what_a_cell_writes_to_stderr_fails_the_build(small_book: Build) -> None:
    built = small_book("# Title\n" + cell("import warnings; warnings.warn('soon gone')"))
    assert built.returncode != 0
    assert "stderr" in built.stdout + built.stderr


def test_a_warning_fails_every_build_until_it_is_mended(small_book: Build) -> None:
    text = "# Title\n\n[](nothing.md)\n"
    assert small_book(text).returncode != 0
    assert small_book(text).returncode != 0
    assert small_book("# Title\n").returncode == 0


def test_every_mistake_in_a_page_is_told(small_book: Build) -> None:
    built = small_book(
        """# Title

{claim}`gradient-descent/nonsense {x}` and {claim}`gradient-descent/limit {nonsense}`

```{claim} no/claim
```

```{source} course_lib.descent.nonsense
```

```{source} course_lib.descent.descent.descend
:start-at: not in the source
```

:::{question} Is there an answer?
Yes
: Where?
No
: Right.
:::

:::{question} Which of two is the third?
:answer: 3
One
: No.

Two
: No.
:::

```{interactive} nonsense
```

$\\nonsense$ {cite:p}`nobody1900` {ref}`nowhere` [](nothing.md)
"""
    )
    assert built.returncode != 0
    said = built.stdout + built.stderr
    for complaint in (
        "no claim is called 'gradient-descent/nonsense'",
        "gradient-descent/limit",
        "no claim is called 'no/claim'",
        "cannot show the source of course_lib.descent.nonsense",
        "has no line with 'not in the source'",
        "answer numbers from 1 to 2",
        "there is no interactive figure 'nonsense'",
        "KaTeX cannot set",
        "nobody1900",
        "nowhere",
        "nothing.md",
    ):
        assert complaint in said, complaint
    assert said.count("answer numbers from 1 to") == 2


def test_a_chapter_runs_again_when_the_library_changes_and_only_then(small_book: Build, tmp_path: Path) -> None:
    library = tmp_path / "library"
    shutil.copytree(Path(course_lib.__file__).parent, library / "course_lib", ignore=shutil.ignore_patterns("__pycache__"))
    path = os.pathsep.join([str(library), *filter(None, [os.environ.get("PYTHONPATH")])])
    text = "# Title\n" + cell("import course_lib; print('from', course_lib.__file__)")

    def executed() -> bool:
        built = small_book(text, PYTHONPATH=path)
        assert built.returncode == 0, built.stdout + built.stderr
        return "Executed notebook" in built.stdout + built.stderr

    assert executed()
    assert str(library) in (tmp_path / "_build" / "html" / "index.html").read_text()
    assert not executed()

    # what chapters do not use changes nothing
    (library / "course_lib" / "grading" / "new_file.py").write_text("")
    assert not executed()
    (library / "course_lib" / "trace.py").open("a").write("\n# changed\n")
    assert executed()
    assert len(list((tmp_path / "_build" / ".jupyter_cache").iterdir())) == 1


def test_a_changed_style_sheet_reaches_the_pages(small_book: Build, tmp_path: Path) -> None:
    assert small_book("# Title\n").returncode == 0
    sheet = tmp_path / "book" / "_static" / "course.css"
    sheet.write_text(sheet.read_text() + "\n/* new */\n")
    assert small_book("# Title\n").returncode == 0
    assert "/* new */" in (tmp_path / "_build" / "html" / "_static" / "course.css").read_text()


WRONG = """
from course_lib.experiments.claims.claim import claim


@claim("wrong/less", "Two is less than {x:.0f}.")
def less(seed: int) -> dict[str, float]:
    x = 1.0 + seed / 10
    assert 2 < x
    return {"x": x}
"""
TOLD = "wrong/less: on seed 0: assert 2 < x, where x = 1"


def test_a_claim_that_does_not_hold_is_an_error_only_if_the_build_is_strict(tmp_path: Path, small_book: Build) -> None:
    library = tmp_path / "library"
    shutil.copytree(Path(course_lib.__file__).parent, library / "course_lib", ignore=shutil.ignore_patterns("__pycache__"))
    (library / "course_lib" / "experiments" / "claims" / "wrong.py").write_text(WRONG)
    text = "# Title\n\n```{claim} wrong/less\n```\n\nIt is {claim}`wrong/less {x:.0f}`, and {claim}`gradient-descent/limit {d:.0f}`.\n"
    environment = {
        "PYTHONPATH": os.pathsep.join([str(library), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "CI": "",
    }

    for _ in range(2):  # what was read before is told again
        built = small_book(text, strict=False, **environment)
        assert built.returncode == 3, built.stdout + built.stderr
        assert built.stdout.endswith(TOLD + "\n")
        page = (tmp_path / "_build" / "html" / "index.html").read_text()
        assert "did not hold on this machine: on seed 0: assert 2 &lt; x, where x = 1." in page
        assert "[the claim wrong/less did not hold on this machine]" in page and "and <span" in page

    # the pages that were read before do not hide it from a strict build
    for strict in ({"strict": True}, {"strict": False, "CI": "true"}):
        built = small_book(text, **{**environment, **strict})
        assert built.returncode == 1
        assert "the claim wrong/less does not hold: on seed 0: assert 2 < x, where x = 1" in built.stdout + built.stderr

    built = small_book("# Title\n", strict=False, **environment)
    assert built.returncode == 0 and "do not hold" not in built.stdout


EDGE = """# Title

```{code-cell} python3
from course_lib.descent import gradient_descent
from course_lib.experiments import compare
from course_lib.problems import Quadratic

bowl = Quadratic([1.0, 10.0])
compare({"gd": lambda lr, seed: gradient_descent(bowl, [1.0, 1.0], lr=lr, epochs=20)}, [0.001, 0.01, 0.1])
```

A sentence that stands behind it.
"""


def test_a_cell_whose_numbers_do_not_bear_it_out_ends_no_readers_build(tmp_path: Path, small_book: Build) -> None:
    for _ in range(2):
        built = small_book(EDGE, strict=False, CI="")
        assert built.returncode == 3, built.stdout + built.stderr
        assert "a cell of index: EdgeOfGrid" in built.stdout
        assert "A sentence that stands behind it." in (tmp_path / "_build" / "html" / "index.html").read_text()
    assert small_book(EDGE, CI="").returncode == 1


def test_any_other_failure_of_a_cell_is_an_error_of_every_build(small_book: Build) -> None:
    built = small_book("# Title\n\n```{code-cell} python3\n1 / 0\n```\n", strict=False, CI="")
    assert built.returncode == 1 and "ZeroDivisionError" in built.stdout + built.stderr
