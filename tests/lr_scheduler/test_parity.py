"""Every schedule does what torch's does, exactly, for 500 steps: alone, together, resumed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .parity import (
    ALL,
    CHAINABLE,
    LONG,
    SHORT,
    SIMPLE,
    Plan,
    Setup,
    assert_parity,
    assert_resumes,
    assert_resumes_by_last_epoch,
    plans,
    setups,
    several,
)

SEEDS = st.integers(0, 10**6)


@pytest.mark.parametrize("name", ALL)
@LONG
@given(data=st.data(), setup=setups(), seed=SEEDS)
def test_alone(name, data, setup, seed):
    assert_parity(setup, [data.draw(plans(name, len(setup.lrs)))], seed)


@LONG
@given(data=st.data(), setup=setups(), seed=SEEDS)
def test_two_or_three_on_one_optimizer(data, setup, seed):
    assert_parity(setup, list(data.draw(several(ALL, len(setup.lrs)))), seed)


@LONG
@given(data=st.data(), setup=setups())
def test_chained(data, setup):
    # mostly of those that can be chained, and of any others, which undo what came before
    parts = data.draw(several(CHAINABLE, len(setup.lrs)) | several(SIMPLE, len(setup.lrs)))
    assert_parity(setup, [Plan("ChainedScheduler", {}, parts)])


@st.composite
def sequences(draw: st.DrawFn, setup: Setup, first: tuple[Plan, ...] = ()) -> Plan:
    parts = first + draw(several(SIMPLE, len(setup.lrs), most=4))
    epochs = st.integers(0, 20) | st.integers(0, 510)
    milestones = draw(st.lists(epochs, min_size=len(parts) - 1, max_size=len(parts) - 1).map(sorted))
    return Plan("SequentialLR", {"milestones": milestones}, parts)


@LONG
@given(data=st.data(), setup=setups())
def test_sequential(data, setup):
    assert_parity(setup, [data.draw(sequences(setup))])


@LONG
@given(data=st.data(), setup=setups())
def test_sequential_that_begins_with_a_composite(data, setup):
    chained = Plan("ChainedScheduler", {}, data.draw(several(CHAINABLE, len(setup.lrs))))
    first = data.draw(st.sampled_from([chained, data.draw(sequences(setup))]))
    assert_parity(setup, [data.draw(sequences(setup, (first,)))])


@LONG
@given(data=st.data(), setup=setups())
def test_chained_with_a_sequential(data, setup):
    parts = (data.draw(sequences(setup)), *data.draw(several(CHAINABLE, len(setup.lrs))))
    assert_parity(setup, [Plan("ChainedScheduler", {}, parts)])


@pytest.mark.parametrize("name", ALL)
@SHORT
@given(data=st.data(), setup=setups(), at=st.integers(0, 250), seed=SEEDS)
def test_resumed_from_a_state_dict(name, data, setup, at, seed):
    plan = data.draw(plans(name, len(setup.lrs)))
    # The state dict holds all arguments but functions, and the bounds that the groups keep.
    keeps_its_arguments = name not in ("LambdaLR", "MultiplicativeLR", "CyclicLR", "OneCycleLR")
    assert_resumes(setup, plan, data.draw(plans(name, len(setup.lrs))) if keeps_its_arguments else plan, at, seed)


@SHORT
@given(data=st.data(), setup=setups(), at=st.integers(0, 250))
def test_composites_resumed_from_a_state_dict(data, setup, at):
    chained = Plan("ChainedScheduler", {}, data.draw(several(SIMPLE, len(setup.lrs))))
    plan = data.draw(st.sampled_from([chained, data.draw(sequences(setup))]))
    assert_resumes(setup, plan, plan, at)


@pytest.mark.parametrize("name", SIMPLE)
@SHORT
@given(data=st.data(), setup=setups(), at=st.integers(0, 250))
def test_resumed_by_last_epoch(name, data, setup, at):
    assert_resumes_by_last_epoch(setup, data.draw(plans(name, len(setup.lrs))), at)
