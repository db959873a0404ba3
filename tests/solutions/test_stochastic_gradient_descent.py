"""What is particular to the problem set on stochastic gradient descent."""

import json

from course_lib.checks.collecting import collect
from course_lib.checks.inputs import Inputs
from course_lib.checks.judging import judge


def test_every_case_survives_being_sent(keys):
    for question in keys.questions("stochastic-gradient-descent").values():
        sent = json.loads(json.dumps(question.inputs(3, "ada").to_json()))
        assert Inputs.from_json(sent).to_json() == sent


def test_one_of_two_numbers_earns_half(keys):
    draw = keys.draw("stochastic-gradient-descent/passes", seed=3)

    def verdict_on(answer):
        return judge(draw, collect(draw.inputs, answer))

    assert verdict_on(lambda n, updates: (updates / n, n * (1 - 1 / n) ** updates)).score == 1
    assert verdict_on(lambda n, updates: (updates / n, 0.0)).score == 0.5
    short = verdict_on(lambda n, updates: updates / n)
    assert short.score == 0 and "unseen" in short.message
