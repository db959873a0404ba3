"""What is particular to the problem set on backpropagation."""

import json

from course_lib.checks.inputs import Inputs


def test_every_case_survives_being_sent(keys):
    for question in keys.questions("backpropagation").values():
        sent = json.loads(json.dumps(question.inputs(3, "ada").to_json()))
        assert Inputs.from_json(sent).to_json() == sent
