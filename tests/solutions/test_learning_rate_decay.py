"""What is particular to the problem set on learning-rate decay."""

import json

from course_lib.checks.collecting import collect
from course_lib.checks.inputs import Inputs
from course_lib.checks.judging import judge


def test_every_case_survives_being_sent(keys):
    for question in keys.questions("learning-rate-decay").values():
        sent = json.loads(json.dumps(question.inputs(3, "ada").to_json()))
        assert Inputs.from_json(sent).to_json() == sent


def test_nothing_returned_as_layer_rates_is_no_error_of_the_check(keys):
    draw = keys.draw("learning-rate-decay/layer-rates", seed=5)
    verdict = judge(draw, collect(draw.inputs, lambda layers, lr, decay: None))
    assert "is None. Is a return missing?" in verdict.message
