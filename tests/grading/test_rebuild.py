import json
import os

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from small_notebooks import as_bytes, explanation, released, solution, test

from course_lib.grading.rebuild import MalformedNotebook, grade_id, parse_notebook, read_bytes, rebuild


@pytest.fixture
def release():
    return new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        cells=[
            new_markdown_cell("# An assignment"),
            new_code_cell("import numpy as np"),
            solution("one", "def one():\n    raise NotImplementedError"),
            test("test-one", "check('a/one', one)", 2),
            explanation("why", "Write here."),
            solution("two", "def two():\n    raise NotImplementedError"),
            test("test-two", "check('a/two', two)", 3),
        ],
    )


def submit(release, change=lambda cells: None):
    """The release as a student might hand it in, read as a grader reads it."""
    notebook = released(release)
    notebook.cells[2].source = "def one():\n    return 1"
    notebook.cells[5].source = "def two():\n    return 2"
    change(notebook.cells)
    return parse_notebook(as_bytes(notebook))


def sources(notebook):
    return [cell.source for cell in notebook.cells]


def test_an_honest_submission_needs_no_repair(release):
    notebook, repairs = rebuild(submit(release), release)
    assert repairs == []
    expected = sources(release)
    expected[2], expected[5] = "def one():\n    return 1", "def two():\n    return 2"
    assert sources(notebook) == expected
    assert [cell.metadata for cell in notebook.cells] == [cell.metadata for cell in release.cells]


def test_the_manually_graded_answer_is_taken_with_its_pictures(release):
    def answer(cells):
        cells[4].source = "Because ![](attachment:p.png)"
        cells[4]["attachments"] = {"p.png": {"image/png": "AAAA"}, "evil.html": {"text/html": "<script>"}}

    notebook, repairs = rebuild(submit(release, answer), release)
    assert notebook.cells[4].source.startswith("Because")
    assert notebook.cells[4].attachments == {"p.png": {"image/png": "AAAA"}}
    assert repairs == []


@pytest.mark.parametrize("index, what", [(2, "answer cell 'one'"), (3, "test cell 'test-one'"), (4, "answer cell 'why'")])
def test_a_deleted_cell_comes_back_as_released(release, index, what):
    notebook, repairs = rebuild(submit(release, lambda cells: cells.pop(index)), release)
    assert [grade_id(cell) for cell in notebook.cells] == [grade_id(cell) for cell in release.cells]
    assert notebook.cells[index].source == release.cells[index].source
    assert repairs == [f"The {what} was missing; it was put back as released."]


def test_what_was_written_in_the_place_of_a_deleted_cell_runs_after_it(release):
    def replace(cells):
        cells[2] = new_code_cell("def one():\n    return 1")

    notebook, _ = rebuild(submit(release, replace), release)
    own = sources(notebook).index("def one():\n    return 1")
    assert grade_id(notebook.cells[own - 1]) == "one"
    assert grade_id(notebook.cells[own + 1]) == "test-one"


def test_an_edited_test_is_as_released_again(release):
    def edit(cells):
        cells[3].source = "print('passed')"
        cells[3].metadata["nbgrader"]["points"] = 100

    notebook, repairs = rebuild(submit(release, edit), release)
    assert notebook.cells[3] | {"id": ""} == release.cells[3] | {"id": ""}
    assert repairs == ["The test cell 'test-one' had been edited; the released text was used."]


def test_of_a_duplicated_answer_the_first_with_changes_counts_and_the_others_run_in_place(release):
    def duplicate(cells):
        stub = released(release).cells[2]
        again = submit(release).cells[2]
        again.metadata = stub.metadata
        again.source = "def one():\n    return 111"
        cells.insert(2, stub)
        cells.insert(4, again)

    notebook, repairs = rebuild(submit(release, duplicate), release)
    texts = sources(notebook)
    assert texts.count(release.cells[2].source) == 0
    assert texts.index("def one():\n    return 1") + 1 == texts.index("def one():\n    return 111")
    assert grade_id(notebook.cells[texts.index("def one():\n    return 111")]) is None
    assert repairs == ["The answer cell 'one' was there 3 times, and the first copy with changes was taken as the answer."]


def test_a_duplicated_test_is_there_once(release):
    notebook, repairs = rebuild(submit(release, lambda cells: cells.append(cells[3])), release)
    assert [grade_id(cell) for cell in notebook.cells] == [grade_id(cell) for cell in release.cells]
    assert repairs == ["The test cell 'test-one' was there 2 times."]


def test_a_cell_of_another_type_is_turned_back(release):
    def retype(cells):
        cells[2] = new_markdown_cell(cells[2].source, metadata=cells[2].metadata)

    notebook, repairs = rebuild(submit(release, retype), release)
    assert notebook.cells[2].cell_type == "code"
    assert notebook.cells[2].source == "def one():\n    return 1"
    assert repairs == ["The answer cell 'one' had been turned into a markdown cell; it was turned back into code."]


def test_a_renamed_answer_still_runs_and_is_reported(release):
    def rename(cells):
        cells[2].metadata["nbgrader"]["grade_id"] = "mine"

    notebook, repairs = rebuild(submit(release, rename), release)
    texts = sources(notebook)
    assert texts.index("def one():\n    return 1") == texts.index(release.cells[2].source) + 1
    assert any("missing" in sentence for sentence in repairs)
    assert any("'mine'" in sentence for sentence in repairs)


def test_tags_are_removed(release):
    def tag(cells):
        cells[3].metadata["tags"] = ["skip-execution"]

    notebook, repairs = rebuild(submit(release, tag), release)
    assert all("tags" not in cell.metadata for cell in notebook.cells)
    assert repairs == ["The test cell 'test-one' carried the tags skip-execution; they were removed."]


def test_the_order_is_that_of_the_release(release):
    def reorder(cells):
        cells[2:7] = cells[5:7] + cells[2:5]

    notebook, repairs = rebuild(submit(release, reorder), release)
    assert [grade_id(cell) for cell in notebook.cells] == [grade_id(cell) for cell in release.cells]
    assert repairs == ["The cells of the assignment were in another order; they were put back in theirs."]


def test_another_kernel_is_reported_and_not_used(release):
    submission = submit(release)
    submission.metadata["kernelspec"] = {"name": "julia-1.9"}
    notebook, repairs = rebuild(submission, release)
    assert notebook.metadata.kernelspec.name == "python3"
    assert repairs == ["The notebook asked for the kernel 'julia-1.9'; it was run with 'python3'."]


def test_own_cells_stay_in_their_places_and_lose_their_metadata(release):
    def add(cells):
        cells[1].source += "\nimport math"
        cells.insert(3, new_code_cell("one()", metadata={"tags": ["x"], "collapsed": True}))
        cells.append(new_markdown_cell("The end"))
        cells.append(new_code_cell("  \n"))

    notebook, repairs = rebuild(submit(release, add), release)
    texts = sources(notebook)
    assert texts[:5] == [
        "# An assignment",
        "import numpy as np",
        "import numpy as np\nimport math",
        "def one():\n    return 1",
        "one()",
    ]
    assert texts[-1] == "The end"
    assert notebook.cells[4].metadata == {}
    assert repairs == []


def test_ids_of_cells_are_unique_whatever_was_submitted(release):
    def same(cells):
        for cell in cells:
            cell["id"] = "same"

    notebook, _ = rebuild(submit(release, same), release)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


def test_a_long_list_of_repairs_is_cut(release):
    def many(cells):
        for number in range(500):
            cells.append(solution(f"made-up-{number}", "1"))

    _, repairs = rebuild(submit(release, many), release)
    assert len(repairs) == 31
    assert repairs[-1] == "470 more things were not as released."


@pytest.mark.parametrize(
    "data, reason",
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"hello", "not valid JSON"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"[]", "no 'nbformat'"),
        (b"{}", "no 'nbformat'"),
        (b'{"nbformat": 3, "worksheets": []}', "format '3'"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b'{"nbformat": 4, "cells": [7]}', "cell 1"),
        (b'{"nbformat": 4, "cells": [{"cell_type": {"a": 1}}]}', "cell 1"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 1}]}', "source of cell 1"),
        (b'{"nbformat": 4, "cells": ' + b"[" * 100_000, "not valid JSON"),
        (json.dumps({"nbformat": 4, "cells": [{"cell_type": "raw"}] * 2001}).encode(), "2001 cells"),
    ],
)
def test_what_is_not_a_notebook_gives_a_reason(data, reason):
    with pytest.raises(MalformedNotebook, match=reason):
        parse_notebook(data)


def test_a_huge_notebook_is_not_parsed():
    with pytest.raises(MalformedNotebook, match="more than the 10"):
        parse_notebook(b"x" * 11, limit=10)


def test_metadata_of_any_shape_is_survived(release):
    for odd in (None, 7, "x", [], {"nbgrader": "x"}, {"nbgrader": {"grade_id": {}}}, {"tags": 3}):
        cell = {"cell_type": "code", "metadata": odd, "source": ["a = 1\n", "b = 2"], "outputs": 3}
        data = json.dumps({"nbformat": 4, "metadata": odd, "cells": [cell]}).encode()
        notebook, _ = rebuild(parse_notebook(data), release)
        assert "a = 1\nb = 2" in sources(notebook)


def test_text_that_cannot_be_written_back_is_replaced(release):
    notebook = parse_notebook(b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "\\ud800"}]}')
    assert notebook.cells[0].source == "?"


def test_only_ordinary_files_are_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    link = tmp_path / "a.ipynb"
    link.symlink_to(secret)
    pipe = tmp_path / "b.ipynb"
    os.mkfifo(pipe)
    large = tmp_path / "c.ipynb"
    large.write_bytes(b"x" * 2_000_001)
    for path, reason in [
        (link, "symbolic link"),
        (pipe, "regular file"),
        (large, "2 MB"),
        (tmp_path / "d", "No such file"),
        (tmp_path, "read|regular"),
    ]:
        with pytest.raises(MalformedNotebook, match=reason):
            read_bytes(path, limit=1_000_000)
    assert read_bytes(secret) == b"secret"
