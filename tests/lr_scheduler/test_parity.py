"""Every schedule does what torch's does, exactly, for 500 steps: alone, together, resumed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .parity import (
    ALL,
    CHAINABLE,
    LONG,
    OURS,
    SHORT,
    SIMPLE,
    TORCHS,
    Plan,
    Setup,
    advance,
    assert_parity,
    assert_resumes,
    assert_resumes_by_last_epoch,
    assert_same,
    built,
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
def sequences(draw: st.DrawFn, setup: Setup) -> Plan:
    parts = draw(several(SIMPLE, len(setup.lrs), most=4))
    epochs = st.integers(0, 20) | st.integers(0, 510)
    milestones = draw(st.lists(epochs, min_size=len(parts) - 1, max_size=len(parts) - 1).map(sorted))
    return Plan("SequentialLR", {"milestones": milestones}, parts)


@LONG
@given(data=st.data(), setup=setups())
def test_sequential(data, setup):
    assert_parity(setup, [data.draw(sequences(setup))])


@LONG
@given(data=st.data(), setup=setups(), milestone=st.integers(1, 60))
def test_a_composite_that_begins_a_sequence_does_what_torchs_does_by_itself(data, setup, milestone):
    """In a sequence of torch's it loses its first epoch."""
    chained = Plan("ChainedScheduler", {}, data.draw(several(CHAINABLE, len(setup.lrs))))
    composite = data.draw(st.sampled_from([chained, data.draw(sequences(setup))]))
    plan = Plan("SequentialLR", {"milestones": [milestone]}, (composite, data.draw(plans("StepLR", len(setup.lrs)))))
    ours, theirs = setup.ours(), setup.torchs()
    scheduler, alone = built([plan], OURS, ours), built([composite], TORCHS, theirs)
    if not isinstance(alone, list):
        assert scheduler is alone
        return
    assert_same(advance(ours, scheduler, milestone - 1), advance(theirs, alone, milestone - 1))


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
