"""What is noted of answers that draw batches."""

import numpy as np

from course_lib.driving.batches import EPOCHS, many_epochs, noting_the_calls, noting_the_examples
from course_lib.driving.functions import LeastSquaresGradient


def case(rng):
    return {"gradient": LeastSquaresGradient(rng.normal(size=(5, 2)), rng.normal(size=5)), "start": np.zeros(2), "lr": 0.1}


def two_updates(gradient, w, lr):
    for batch in ([0, 3], np.array([1])):
        w = w - lr * gradient(w, batch)
    return w


def test_many_epochs_are_drawn_with_one_generator():
    def answer(n, batch_size, rng):
        yield from np.split(rng.permutation(n), range(batch_size, n, batch_size))

    epochs = many_epochs(answer, {"n": 6, "batch_size": 4, "rng": np.random.default_rng(1)})
    assert len(epochs) == EPOCHS
    assert [len(batch) for batch in epochs[0]] == [4, 2]
    assert len({tuple(np.concatenate(epoch)) for epoch in epochs}) > 1


def test_what_is_no_epoch_is_noted_as_it_is():
    for nothing in (None, 3, "batches", {"a": 1}):
        assert (
            many_epochs(lambda n, batch_size, rng, nothing=nothing: nothing, {"n": 1, "batch_size": 1, "rng": None})[0] == nothing
        )


def test_batches_and_points_are_noted_before_an_answer_changes_them():
    given = case(np.random.default_rng(1))
    seen = noting_the_calls(two_updates, given)
    assert [batch.tolist() for batch in seen["batches"]] == [[0, 3], [1]]
    np.testing.assert_array_equal(seen["points"][0], given["start"])
    np.testing.assert_allclose(seen["end"], seen["points"][1] - 0.1 * given["gradient"](seen["points"][1], [1]))

    def in_place(gradient, w, lr):
        batch = [0]
        w -= lr * gradient(w, batch)
        batch.append(1)
        gradient(w, batch)

    seen = noting_the_calls(in_place, case(np.random.default_rng(1)))
    assert [batch.tolist() for batch in seen["batches"]] == [[0], [0, 1]]
    assert not seen["points"][0].any() and seen["points"][1].any()


def test_the_examples_of_an_update_are_noted_as_numbers():
    seen = noting_the_examples(two_updates, case(np.random.default_rng(1)))
    assert seen["batches"] == [[0, 3], [1]]
    assert seen["w"].shape == (2,) and len(seen["points"]) == 2
