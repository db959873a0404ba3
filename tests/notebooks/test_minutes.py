"""The time that a problem set says it takes is what its questions say that they take."""

import json
import re
from pathlib import Path

import pytest

SOLUTIONS = sorted((Path(__file__).parents[2] / "solutions").glob("*/*.ipynb"))


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_the_minutes_of_the_questions_add_up_to_what_the_header_says(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    least, most = map(int, re.search(r"\*\*Time\*\* \| (\d+) to (\d+) minutes", text).groups())
    minutes = [int(number) for number in re.findall(r"^\*(?:Difficulty: [●○]{4} · )?(\d+) minutes · ", text, re.MULTILINE)]
    assert len(minutes) == len(re.findall(r"^### \d+\. ", text, re.MULTILINE))
    assert 45 <= least <= sum(minutes) <= most <= 90
