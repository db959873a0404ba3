"""What is particular to the problem set on mini-batches."""

import json

import numpy as np

from course_lib.checks.inputs import Inputs


def test_every_case_survives_being_sent(keys):
    for question in keys.questions("mini-batch").values():
        sent = json.loads(json.dumps(question.inputs(3, "ada").to_json()))
        assert Inputs.from_json(sent).to_json() == sent


def test_a_batch_above_the_limit_does_not_fit_into_memory(keys):
    for case in keys.question("mini-batch/accumulate").draw_cases(3):
        size, gradient = len(case["batches"][0]), case["gradient"]
        assert gradient(case["w"], np.arange(size)).shape == case["w"].shape
        try:
            gradient(case["w"], np.arange(size + 1))
        except MemoryError as error:
            assert str(error) == f"a batch of {size + 1} does not fit into memory; the small ones of {size} do."
        else:
            raise AssertionError("the large batch fits")


def test_the_first_epoch_alone_misleads_in_two_cases(keys):
    question = keys.question("mini-batch/scheme")
    for seed in range(5):
        first = [question.reference(case["n"], case["epochs"][:1]) for case in question.draw_cases(seed)]
        all_of_them = [question.reference(**case) for case in question.draw_cases(seed)]
        assert sum(a != b for a, b in zip(first, all_of_them, strict=True)) == 2
        assert sorted(all_of_them) == sorted(2 * ["contiguous", "shuffled", "distinct", "with replacement"])
