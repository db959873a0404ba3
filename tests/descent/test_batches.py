"""Properties of the sampling schemes; no seed's order is expected."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.descent import batches

sizes = st.tuples(st.integers(1, 40), st.integers(1, 45), st.integers(0, 1000))


def epoch(scheme, n, seed=0):
    return [batch for batch in scheme(n, np.random.default_rng(seed))]


@given(sizes)
def test_shuffled_sees_every_example_once_and_only_the_last_batch_is_smaller(size):
    n, b, seed = size
    drawn = epoch(batches.shuffled(b), n, seed)
    assert sorted(np.concatenate(drawn).tolist()) == list(range(n))
    assert all(len(batch) == min(b, n) for batch in drawn[:-1])
    assert len(drawn) == -(-n // b)


@given(sizes)
def test_contiguous_is_the_data_in_order_every_time(size):
    n, b, seed = size
    assert np.concatenate(epoch(batches.contiguous(b), n, seed)).tolist() == list(range(n))


@given(sizes)
def test_with_replacement_draws_valid_examples(size):
    n, b, seed = size
    drawn = epoch(batches.with_replacement(b), n, seed)
    assert all(len(batch) == b and (batch >= 0).all() and (batch < n).all() for batch in drawn)


def test_distinct_has_no_example_twice_in_a_batch_but_may_across_batches():
    drawn = epoch(batches.distinct(5), 20, 1)
    assert all(len(set(batch)) == 5 for batch in drawn)
    assert len(set(np.concatenate(drawn))) < 20
    with pytest.raises(ValueError, match="batch_size is 5, but there are only 3 examples"):
        epoch(batches.distinct(5), 3)


def test_shuffled_takes_a_new_order_each_epoch():
    rng = np.random.default_rng(0)
    scheme = batches.shuffled(1)
    first, second = ([int(batch[0]) for batch in scheme(50, rng)] for _ in range(2))
    assert first != second


def test_every_example_is_as_likely_in_every_place():
    rng = np.random.default_rng(0)
    for scheme in (batches.shuffled(2), batches.with_replacement(2), batches.distinct(2)):
        firsts = np.bincount([next(scheme(5, rng))[0] for _ in range(5000)], minlength=5)
        # 1000 each expected, standard deviation 28
        assert (np.abs(firsts - 1000) < 150).all()


@pytest.mark.parametrize("scheme", [batches.shuffled, batches.with_replacement, batches.distinct, batches.contiguous])
def test_batch_size_must_be_a_positive_whole_number(scheme):
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        scheme(0)
    with pytest.raises(TypeError, match="batch_size must be a whole number"):
        scheme(2.0)
