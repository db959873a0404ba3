"""Sealed keys give the verdicts of the open ones, and do not give the answers away."""

import gzip
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from course_lib.checks.collecting import collect
from course_lib.checks.declaration import VARIANTS, Question, variant
from course_lib.checks.error_rates import as_notebook_answer
from course_lib.checks.evidence import decode
from course_lib.checks.judging import judge
from course_lib.checks.keys import BrokenKey, Keys, UnknownQuestion
from course_lib.checks.sealing import ORDER, Sealed, opened, seal, secret_of

ROOT = Path(__file__).parents[2]
KEYS = Keys.read(ROOT / "solutions")
QUESTIONS = [question for assignment in KEYS.assignments() for question in KEYS.questions(assignment).values()]
VALUES = [question for question in QUESTIONS if question.value]
ODD = [
    None,
    ...,
    True,
    "0.5",
    7.5,
    [1.0],
    [1.0, 2.0, 3.0],
    {"A": "healthy"},
    np.nan,
    float("inf"),
    np.ones((2, 2)),
    10**350,
    lambda x: x,
]


def name_of(question):
    return question.name


@pytest.fixture(scope="session")
def sealed(unpacked):
    return Sealed(unpacked / "course_lib" / "checks" / "sealed")


def test_they_hold_every_question_with_all_that_is_told_of_it(sealed):
    assert sealed.assignments() == KEYS.assignments()
    told = ("name", "reading", "parts", "value", "personal", "rtol", "atol", "mistakes")
    for assignment in KEYS.assignments():
        known = sealed.questions(assignment)
        assert list(known) == list(KEYS.questions(assignment))
        for name, question in KEYS.questions(assignment).items():
            assert [getattr(known[name], about) for about in told] == [getattr(question, about) for about in told]
            assert (list(known[name].hints), list(known[name].properties)) == (list(question.hints), list(question.properties))
            assert len(known[name].draws) >= 5


@pytest.mark.parametrize("question", QUESTIONS, ids=name_of)
def test_the_verdicts_are_those_of_open_keys(question, sealed):
    """On every mistake, every right answer, and what is neither."""
    answers = [question.reference, *question.misconceptions, *KEYS.right_answers(question.name)]
    for index in range(1 if question.value else 2):
        student = f"student-{index}"
        index = variant(student) if question.personal else index
        fresh = opened(question, index, secret_of(KEYS, question.assignment))
        draw = sealed.draw(question.name, student, seed=index)
        given = [as_notebook_answer(question, answer, student) for answer in answers[1:]] + (
            ODD if index == 0 or question.value else []
        )
        verdicts = {}
        for answer in given:
            with np.errstate(all="ignore"):
                evidence = collect(draw.inputs, answer, student)
            one, other = judge(draw, evidence, student), judge(fresh, evidence, student)
            assert one.to_json() == other.to_json()
            verdicts[one.kind] = one
        assert "passed" in verdicts and len(verdicts) > 1
        assert json.dumps(draw.inputs.to_json()) == json.dumps(fresh.inputs.to_json())


@pytest.mark.parametrize("question", [question for question in VALUES if question.rtol < 1e-3 or not question.parts], ids=name_of)
def test_near_misses_of_a_value_are_judged_alike(question, sealed):
    student = "someone"
    fresh, draw = opened(question, variant(student), b""), sealed.draw(question.name, student)
    right = fresh.expected[0]
    for place in range(len(right)) if isinstance(right, list) else [None]:
        number = right if place is None else right[place]
        for off in (-1.3, -0.99, 0.99, 1.3):
            moved = number + off * (question.atol + question.rtol * abs(number))
            answer = moved if place is None else [*right[:place], moved, *right[place + 1 :]]
            evidence = collect(draw.inputs, answer, student)
            one, other = judge(draw, evidence, student), judge(fresh, evidence, student)
            assert one.to_json() == other.to_json()
            assert one.passed == (abs(off) < 1)


@pytest.mark.parametrize("question", [question for question in VALUES if question.parts], ids=name_of)
def test_of_a_value_with_parts_it_is_known_which_are_right(question, sealed):
    fresh, draw = opened(question, variant("someone"), b""), sealed.draw(question.name, "someone")
    right = fresh.expected[0]
    for wrong in right:
        for label in ("nonsense", ..., 3):
            evidence = collect(draw.inputs, right | {wrong: label}, "someone")
            one, other = judge(draw, evidence, "someone"), judge(fresh, evidence, "someone")
            assert one.to_json() == other.to_json()
            assert one.kind == "no answer" or 0 < one.score < 1


@pytest.mark.parametrize("question", VALUES, ids=name_of)
def test_the_answer_to_a_personal_question_is_not_there(question, sealed):
    kept = sealed.question(question.name).draws
    assert len(kept) == VARIANTS
    fresh = opened(question, 17, b"")
    texts = json.dumps([kept[17]["expected"], kept[17]["values"]])
    numbers = re.findall(r'"float": "([^"]*)"', texts)
    assert {float.fromhex(number) for number in numbers} <= {0.0}
    assert "healthy" not in texts and str(fresh.expected[0]) not in texts
    assert re.fullmatch(r"[0-9a-f]{12}", next(iter(kept[17]["values"][0]["tags"].values())))
    # who shares a number with the right answer does not share its digest
    tags = [tag for value in kept[17]["values"] for tag in value["tags"].values()]
    assert len(set(tags)) == len(tags)


def test_no_two_students_who_differ_share_digests(sealed):
    kept = sealed.question(VALUES[0].name).draws
    tags = {tag for draw in kept for tag in draw["values"][0]["tags"].values()}
    assert len(tags) == sum(len(draw["values"][0]["tags"]) for draw in kept)


def test_draws_are_by_chance_or_by_seed(sealed):
    name = next(question.name for question in QUESTIONS if not question.personal)
    count = len(sealed.question(name).draws)
    assert {sealed.draw(name).index for _ in range(100)} > {0}
    assert [sealed.draw(name, seed=seed).index for seed in (0, 1, count)] == [0, 1, 0]
    assert sealed.draw(name, seed=1).cases is not sealed.draw(name, seed=1).cases


@pytest.mark.parametrize("name", ["gradient-descent/cots", "gradient-decent/cost", "../../x/y", "", 3, None, "gradient-descent"])
def test_what_there_is_not_is_said_as_with_open_keys(name, sealed):
    sentences = []
    for keys in (sealed, KEYS):
        with pytest.raises(UnknownQuestion) as raised:
            keys.draw(name)
        sentences.append(str(raised.value))
    assert sentences[0] == sentences[1]


def test_only_the_file_of_the_assignment_is_read(sealed, tmp_path):
    for name in (ORDER, "gradient-descent.json.gz"):
        shutil.copy(sealed.folder / name, tmp_path)
    alone = Sealed(tmp_path)
    assert alone.assignments() == KEYS.assignments()
    assert alone.question("gradient-descent/cost").hints


def test_the_same_solutions_give_the_same_bytes_and_others_other_draws():
    one = KEYS.of("gradient-descent")
    again = Keys(dict(one.sources))
    assert seal(one, 2) == seal(again, 2)
    changed = Keys(one.sources | {"gradient-descent/questions/_more.py": b""})
    first, other = (
        decode(json.loads(gzip.decompress(seal(keys, 1)["gradient-descent.json.gz"]))[0]["draws"][0]["expected"][0])
        for keys in (one, changed)
    )
    assert first != other


def test_a_property_that_is_not_public_cannot_be_sealed():
    def holds(case, output):
        """It must."""
        return True

    question = Question(cases=lambda rng: [{"x": 1.0}], reference=lambda x: x, properties=[holds])
    question.name = "a/b"
    keys = KEYS.of("gradient-descent")
    keys._questions["gradient-descent"] = {"a/b": question}
    with pytest.raises(
        BrokenKey, match="a/b cannot be sealed: .* does not stand at the top of a file of course_lib.checks.properties"
    ):
        seal(keys, 1)
