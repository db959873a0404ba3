"""Evidence survives the way to the grader bit by bit; anything else is refused, and nothing is run."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_lib.checks.evidence import MalformedEvidence, Opaque, Raised, decode, encode

numbers = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))
arrays = hnp.arrays(
    st.sampled_from([np.float64, np.float32, np.int64, np.uint8, np.bool_]), hnp.array_shapes(min_dims=0, max_dims=3, min_side=0)
)
values = st.recursive(
    st.one_of(numbers, arrays),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.tuples(inner, inner), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


def same(a, b):
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return set(a) == set(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, float):
        return isinstance(b, float) and np.float64(a).tobytes() == np.float64(b).tobytes() or (a != a and b != b)
    return type(a) is type(b) and a == b


@given(values)
def test_a_value_comes_back_as_it_was(value):
    assert same(value, decode(json.loads(json.dumps(encode(value)))))


def test_numpy_numbers_come_back_as_plain_ones():
    assert [decode(encode(v)) for v in (np.float32(0.5), np.int16(3), np.bool_(True))] == [0.5, 3, True]


def test_other_kinds_of_numbers_become_floats():
    from decimal import Decimal
    from fractions import Fraction

    assert [decode(encode(v)) for v in (Fraction(1, 3), Decimal("0.1"))] == [1 / 3, 0.1]
    for value in (Fraction(10**400), Decimal("sNaN")):
        assert isinstance(decode(encode(value)), Opaque)


def test_what_is_no_data_is_described():
    import torch

    for value, kind in [
        (torch.ones(2), "torch.Tensor"),
        ((i for i in ()), "builtins.generator"),
        (print, "builtins.builtin_function_or_method"),
        (np.array(["a"]), "array of dtype <U1"),
        ({1, 2}, "builtins.set"),
        (1j, "builtins.complex"),
    ]:
        described = decode(encode(value))
        assert isinstance(described, Opaque) and described.type == kind

    class Unfriendly:
        def __repr__(self):
            raise RuntimeError("no")

    assert "RuntimeError" in decode(encode(Unfriendly())).text


def test_size_and_depth_are_bounded():
    assert isinstance(decode(encode(np.zeros(10**7))), Opaque)
    assert isinstance(decode(encode(10**5000)), Opaque)
    assert len(json.dumps(encode([[0.0] * 1000] * 1000))) < 10**7
    nested = []
    for _ in range(500):
        nested = [nested]
    assert len(json.dumps(encode(nested))) < 10_000
    circular = []
    circular.append(circular)
    encode(circular)


@pytest.mark.parametrize(
    "data",
    [
        [1, 2],
        1.5,
        {},
        {"surprise": 1},
        {"int": "1" * 600},
        {"int": "x"},
        {"float": "x"},
        {"float": 1.0},
        {"array": "AAAA", "dtype": "|O", "shape": [1]},
        {"array": "AAAA", "dtype": "<f8", "shape": [7]},
        {"array": "!!!!", "dtype": "<f8", "shape": [0]},
        {"array": "", "dtype": "<f8", "shape": [-1]},
        {"array": "", "dtype": "<f8", "shape": [10**9, 10**9]},
        {"array": "", "dtype": "nonsense", "shape": [0]},
        {"dict": [[{"list": []}, None]]},
        {"dict": [[1]]},
        {"list": "abc"},
        {"raised": ["a"]},
        {"opaque": [1, 2]},
    ],
)
def test_foreign_data_is_refused(data):
    with pytest.raises(MalformedEvidence):
        decode(data)


def test_a_bottomless_form_is_refused():
    data = None
    for _ in range(900):
        data = {"list": [data]}
    with pytest.raises(MalformedEvidence):
        decode(data)


def test_an_exception_keeps_its_line():
    assert decode(encode(Raised("ValueError", "no", "line 3"))) == Raised("ValueError", "no", "line 3")
