from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
import torch

import course_lib.optim
from course_lib.optim import SGD, Adam, AdamW, Optimizer, Parameter, RMSprop
from course_lib.optim.limits import learning_rate

from .parity import to_arrays, to_tensors


def parameter(*values: float) -> Parameter:
    return Parameter(np.array(values))


def with_gradient(*values: float) -> Parameter:
    p = parameter(*values)
    p.grad = np.ones_like(p.data)
    return p


class TestParameter:
    def test_shares_the_array(self):
        array = np.array([1.0, 2.0])
        p = Parameter(array)
        p.grad = np.array([1.0, 1.0])
        data = p.data
        SGD([p], lr=0.5).step()
        assert p.data is data is array
        np.testing.assert_array_equal(array, [0.5, 1.5])

    @pytest.mark.parametrize("data", [[1.0, 2.0], 1.0, np.float64(1.0), None, torch.zeros(2)])
    def test_rejects_what_is_no_array(self, data):
        with pytest.raises(TypeError, match=rf"must be a NumPy array, got {type(data).__name__}.*np\.array"):
            Parameter(data)

    @pytest.mark.parametrize("dtype", [int, bool, complex, object, str])
    def test_rejects_what_is_no_float(self, dtype):
        with pytest.raises(TypeError, match=r"must be floats, got an array of .* of shape \(2,\).*astype"):
            Parameter(np.zeros(2, dtype))

    def test_rejects_an_array_that_cannot_change(self):
        array = np.zeros(2)
        array.flags.writeable = False
        with pytest.raises(ValueError, match="read-only. Use a copy"):
            Parameter(array)

    def test_a_slip_in_a_name_is_an_error(self):
        with pytest.raises(AttributeError):
            parameter(1.0).gard = np.zeros(1)

    def test_shows_what_it_holds(self):
        p = parameter(1.0)
        assert repr(p) == "Parameter(array([1.]))"
        p.grad = np.array([2.0])
        assert repr(p) == "Parameter(array([1.]), grad=array([2.]))"


# What is wrong is built from a library's own parameter `p` and its optimizer class; both libraries must refuse it alike.
WRONG_PARAMS = {
    "bare": (lambda p: p, "iterable of Parameters or of groups"),
    "dict": (lambda p: {"params": [p]}, "got dict"),
    "array": (lambda p: np.zeros(2), r"got an array of float64 of shape \(2,\)"),
    "empty": (lambda p: [], "params is empty"),
    "used up": (lambda p: iter([]), "params is empty"),
    "none": (lambda p: None, "NoneType"),
    "list of arrays": (lambda p: [np.zeros(2)], r"got an array of float64 of shape \(2,\). Use course_lib.optim.Parameter"),
    "list of floats": (lambda p: [1.0], r"got float \(1.0\)"),
    "text": (lambda p: "params", r"got str \('p'\)"),
    "in two groups": (lambda p: [{"params": [p]}, {"params": [p]}], r"occurs twice, Parameter\(array\(\[1., 2.\]"),
    "set in a group": (lambda p: [{"params": {p}}], "is a set"),
    "group without params": (lambda p: [{"lr": 0.1}], "needs the key .params., got only"),
    "group, then parameter": (lambda p: [{"params": []}, p], "a group must be a dict"),
    "parameter, then group": (lambda p: [p, {"params": []}], "got dict"),
}


@pytest.mark.parametrize(("params", "message"), WRONG_PARAMS.values(), ids=WRONG_PARAMS)
def test_rejects_params_as_torch_does(params, message):
    with pytest.raises(Exception) as theirs:
        torch.optim.SGD(params(torch.tensor([1.0, 2.0], requires_grad=True)))
    with pytest.raises(type(theirs.value), match=message) as ours:
        SGD(params(parameter(1.0, 2.0)))
    assert type(ours.value) is type(theirs.value)


def test_a_parameter_of_torch_is_told_from_ours():
    with pytest.raises(TypeError, match=r"got torch\.nn\.parameter\.Parameter.*Use course_lib\.optim\.Parameter"):
        SGD(torch.nn.Linear(2, 1).parameters())


@pytest.mark.parametrize(("name", "option"), [("Adadelta", "rho"), ("Adafactor", "beta2_decay"), ("SGD", "lr")])
def test_an_integer_too_large_for_a_float_is_an_error_of_its_value(name, option):
    for value in (10**400, -(10**400), 10**5000):
        with pytest.raises(ValueError, match=f"{option} must be finite, got one too large for a float"):
            getattr(course_lib.optim, name)([parameter(1.0)], **{option: value})


@pytest.mark.parametrize(("name", "option"), [("SGD", "nesterov"), ("Adam", "amsgrad"), ("RMSprop", "maximize")])
def test_an_array_as_a_switch(name, option):
    with pytest.raises(ValueError, match=rf"{option} must be a single value, got an array of float64 of shape \(2,\)"):
        getattr(course_lib.optim, name)([parameter(1.0)], **{option: np.ones(2)})


def test_rejects_a_parameter_twice_in_a_group():
    p = parameter(1.0)
    with pytest.warns(UserWarning, match="will cause an error"):  # so far, torch warns
        torch.optim.SGD([t := torch.zeros(1, requires_grad=True), t])
    with pytest.raises(ValueError, match="occurs twice"):
        SGD([p, p])


def test_rejects_a_group_that_is_not_allowed():
    with pytest.raises(ValueError, match="lr must be at least 0, got -1"):
        SGD([{"params": [parameter(1.0)], "lr": -1}])
    with pytest.raises(ValueError, match="nesterov needs momentum > 0"):
        SGD([{"params": [parameter(1.0)], "nesterov": True}])


class TestGroups:
    def test_options_of_the_group_before_those_of_the_constructor(self):
        p, q = with_gradient(1.0), with_gradient(1.0)
        SGD([{"params": [p], "lr": 0.5}, {"params": [q]}], lr=0.25).step()
        assert (p.data, q.data) == (0.5, 0.75)

    def test_a_single_parameter_makes_a_group(self):
        p = with_gradient(1.0)
        assert SGD([{"params": p}]).param_groups[0]["params"] == [p]

    def test_the_dict_that_was_given_stays_as_it_was(self):
        group = {"params": (q for q in [parameter(1.0)])}
        SGD([group])
        assert [*group] == ["params"]

    def test_added_later(self):
        p, q = with_gradient(1.0), with_gradient(1.0)
        optimizer = SGD([p], lr=0.5)
        optimizer.add_param_group({"params": [q], "momentum": 0.9})
        optimizer.step()
        assert (p.data, q.data) == (0.5, 0.5)
        assert [*optimizer.state_dict()["state"]] == [1]

    def test_what_is_added_must_be_new_and_a_group(self):
        p = parameter(1.0)
        optimizer = SGD([p])
        with pytest.raises(ValueError, match="occurs twice"):
            optimizer.add_param_group({"params": [p]})
        with pytest.raises(TypeError, match="must be a dict"):
            optimizer.add_param_group([parameter(1.0)])
        assert len(optimizer.param_groups) == 1

    def test_may_hold_entries_of_others(self):
        p = with_gradient(1.0)
        SGD([{"params": [p], "initial_lr": 3.0, "name": "weights"}], lr=0.5).step()
        assert p.data == 0.5


class TestStep:
    def test_returns_what_the_closure_returns_after_one_call(self):
        p = parameter(1.0)
        calls = []

        def closure():
            calls.append(p.data.copy())
            p.grad = 2 * p.data
            return 42.5

        optimizer = SGD([p], lr=0.25)
        assert optimizer.step(closure) == 42.5
        assert calls == [np.array([1.0])]  # before the update
        assert p.data == 0.5
        assert optimizer.step() is None

    @pytest.mark.parametrize("name", ["Adam", "SGD"])
    def test_skips_parameters_without_gradient(self, name):
        p, q = with_gradient(1.0), parameter(1.0)
        optimizer = getattr(course_lib.optim, name)([p, q], lr=0.5, weight_decay=0.5)
        optimizer.step()
        assert p.data != 1
        assert q.data == 1
        assert q not in optimizer.state

    def test_equal_parameters_have_states_of_their_own(self):
        p, q = with_gradient(1.0), with_gradient(1.0)
        optimizer = Adam([p, q])
        optimizer.step()
        q.grad = None
        optimizer.step()
        assert (optimizer.state[p]["step"], optimizer.state[q]["step"]) == (2, 1)

    @pytest.mark.parametrize(
        ("grad", "message"),
        [
            (np.zeros(3), r"\(2,\) and float64, got \(3,\) and float64"),
            (np.zeros((2, 1)), r"got \(2, 1\)"),
            (np.zeros(2, np.float32), "got .* and float32"),
            (np.zeros(2, int), "got .* and int64"),
            ([0.0, 0.0], "must be a NumPy array or None, got list"),
            (0.0, r"got float \(0.0\)"),
            (np.float64(0.0), r"got \(\) and float64"),
        ],
    )
    def test_rejects_a_gradient_as_torch_does(self, grad, message):
        with pytest.raises((TypeError, RuntimeError)) as theirs:
            value = torch.tensor(grad) if isinstance(grad, (np.ndarray, np.generic)) else grad
            torch.zeros(2, dtype=torch.float64, requires_grad=True).grad = value
        p = parameter(1.0, 2.0)
        optimizer = SGD([p])
        p.grad = grad
        with pytest.raises(type(theirs.value), match=message):
            optimizer.step()

    def test_rejects_data_that_has_been_replaced_by_a_list(self):
        p = with_gradient(1.0, 2.0)
        optimizer = SGD([p])
        p.data = [1.0, 2.0]
        with pytest.raises(TypeError, match="must be a NumPy array, got list"):
            optimizer.step()

    def test_rejects_an_option_that_has_been_changed_for_the_worse(self):
        optimizer = SGD([with_gradient(1.0)])
        optimizer.param_groups[0]["lr"] = float("nan")
        with pytest.raises(ValueError, match="lr must be finite, got nan"):
            optimizer.step()

    @pytest.mark.parametrize("lr", [np.float64(0.1), np.float32(0.1), 0.1])
    def test_a_numpy_scalar_as_option_does_not_change_the_precision(self, lr):
        p = Parameter(np.ones(1000, np.float32))
        p.grad = np.random.default_rng(0).normal(size=1000).astype(np.float32)
        expected = p.data - np.float32(lr) * p.grad
        optimizer = SGD([p])
        optimizer.param_groups[0]["lr"] = lr
        optimizer.step()
        np.testing.assert_array_equal(p.data, expected)

    def test_maximize_climbs(self):
        p = with_gradient(1.0)
        SGD([p], lr=0.5, maximize=True).step()
        assert p.data == 1.5

    def test_a_number_stays_an_array(self):
        p = Parameter(np.array(3.0))
        optimizer = SGD([p], lr=0.25, momentum=0.5, weight_decay=0.5)
        data = p.data
        for _ in range(2):
            p.grad = 2 * p.data  # a scalar of NumPy's, no array
            optimizer.step()
        assert p.data is data
        assert p.data.shape == ()
        # by hand: g = 7.5, b = 7.5, p = 1.125; g = 2.8125, b = 6.5625, p = -0.515625
        assert p.data == -0.515625

    def test_takes_whatever_has_data_and_grad(self):
        class Weight:
            def __init__(self):
                self.data, self.grad = np.array([1.0]), np.array([1.0])

        w = Weight()
        SGD([w], lr=0.5).step()
        assert w.data == 0.5

    def test_a_rule_is_all_that_a_new_algorithm_needs(self):
        class Sign(Optimizer):
            limits = {"lr": learning_rate}

            def __init__(self, params, lr):
                super().__init__(params, dict(lr=lr))

            def update(self, p, g, state, lr):
                p -= lr * np.sign(g)

        p = with_gradient(1.0, 2.0)
        Sign([p], lr=0.5).step()
        np.testing.assert_array_equal(p.data, [0.5, 1.5])


ELEMENTWISE = [name for name in course_lib.optim.__all__ if getattr(getattr(course_lib.optim, name), "elementwise", False)]


@pytest.mark.parametrize("shape", [(37,), (7, 5), (2, 3, 4), (1, 30)])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_in_blocks_or_at_once_makes_no_difference(name, shape, monkeypatch):
    def run(block):
        monkeypatch.setattr(course_lib.optim.optimizer, "BLOCK", block)
        rng = np.random.default_rng(0)
        p = Parameter(rng.normal(size=shape))
        optimizer = getattr(course_lib.optim, name)([p], lr=0.1)
        calls = []
        update = optimizer.update
        optimizer.update = lambda *args, **options: (calls.append(args), update(*args, **options))
        for step in range(8):
            if name == "SGD" and step == 4:
                optimizer.param_groups[0]["momentum"] = 0.9  # makes state on the way
            p.grad = rng.normal(size=shape)
            optimizer.step()
        return p.data, optimizer.state[p], len(calls)

    (at_once, state, calls), (in_blocks, state_in_blocks, more_calls) = run(10**6), run(8)
    assert calls == 8
    assert more_calls > 8 or shape == (1, 30)  # a row stays whole
    np.testing.assert_array_equal(in_blocks, at_once)
    assert state_in_blocks.keys() == state.keys()
    for key, value in state.items():
        assert type(state_in_blocks[key]) is type(value)
        np.testing.assert_array_equal(state_in_blocks[key], value)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_one_by_one_or_as_one_makes_no_difference(name, monkeypatch):
    shapes = [(3,), (), (2, 2), (0,), (5,), (2, 3, 4), (1,), (40,)]

    def run(small):
        monkeypatch.setattr(course_lib.optim.optimizer, "SMALL", small)
        rng = np.random.default_rng(0)
        dtypes = [np.float32, np.float64]
        params = [Parameter(np.array(rng.normal(size=shape), dtypes[i % 2])) for i, shape in enumerate(shapes * 3)]
        params[4].data = np.asfortranarray(params[4].data)
        optimizer = getattr(course_lib.optim, name)([{"params": params[:20]}, {"params": params[20:], "lr": 0.5}], lr=0.1)
        calls = []
        update = optimizer.update
        optimizer.update = lambda *args, **options: (calls.append(args), update(*args, **options))
        for step in range(8):
            if name == "SGD" and step == 4:
                optimizer.param_groups[0]["momentum"] = 0.9  # makes state on the way
            optimizer.param_groups[1]["maximize"] = step == 5
            for i, p in enumerate(params):  # some miss a gradient now and then, so that their steps are not the same
                missing = i % 5 == step % 5 and step in (0, 3, 5)
                gradient = np.array(rng.normal(size=p.data.shape), p.data.dtype)
                p.grad = None if missing else gradient
            optimizer.step()
        return params, optimizer.state, len(calls)

    (params, state, calls), (alone, state_alone, more_calls) = run(30), run(-1)
    assert calls < more_calls / 2
    for p, q in zip(params, alone, strict=True):
        np.testing.assert_array_equal(p.data, q.data)
        assert p.data.dtype == q.data.dtype
        assert state.get(p, {}).keys() == state_alone.get(q, {}).keys()
        for key, value in state_alone.get(q, {}).items():
            assert type(state[p][key]) is type(value)
            np.testing.assert_array_equal(state[p][key], value)
            if isinstance(value, np.ndarray):
                assert (state[p][key].dtype, state[p][key].shape) == (value.dtype, value.shape)


@pytest.mark.parametrize("other", [lambda w: w, lambda w: w.T, lambda w: w[1:], lambda w: w.ravel()])
def test_parameters_that_share_an_array_are_both_updated(other):
    w = np.ones((2, 2))
    tied = [Parameter(w), Parameter(other(w)), parameter(1.0), parameter(1.0)]
    for p in tied:
        p.grad = np.ones_like(p.data)
    SGD(tied, lr=0.25).step()
    assert w[1, 1] == 0.5


def wrong_gradient(p):
    p.grad = np.ones(3)


def replaced_by_integers(p):
    p.data = np.array([[1, 2], [3, 4]])
    p.grad = np.array([[1, 1], [1, 1]])


def read_only(p):
    p.data.flags.writeable = False


def of_another_shape(p):
    p.data, p.grad = np.ones((3, 2)), np.ones((3, 2))


# how a parameter becomes one that cannot be updated, and what is said then
SPOILED = {
    wrong_gradient: (RuntimeError, r"shape and dtype, \(2, 2\) and float64, got \(3,\)"),
    replaced_by_integers: (TypeError, r"must be floats, got an array of int64 of shape \(2, 2\).*astype\(float\)"),
    read_only: (ValueError, "read-only. Use a copy"),
    of_another_shape: (RuntimeError, r"now .*\(3, 2\)|now have 10 entries, but the history was made for 8"),
}
ALGORITHMS = [name for name in course_lib.optim.__all__ if name not in ("Parameter", "Optimizer")]


@pytest.mark.parametrize("spoil", SPOILED)
@pytest.mark.parametrize(
    ("name", "groups"), [(name, groups) for name in ALGORITHMS for groups in (1, 2) if (name, groups) != ("LBFGS", 2)]
)
def test_an_update_that_cannot_be_made_in_full_is_not_begun(name, spoil, groups):
    rng = np.random.default_rng(0)
    p, q = Parameter(rng.normal(size=(2, 2))), Parameter(rng.normal(size=(2, 2)))
    options = {"momentum": 0.9} if name in ("SGD", "RMSprop") else {}
    optimizer = getattr(course_lib.optim, name)([{"params": [p]}, {"params": [q]}] if groups == 2 else [p, q], **options)

    def closure():
        p.grad, q.grad = np.sin(p.data), np.cos(q.data)
        return 0.0

    for _ in range(2):
        optimizer.step(closure)
    closure()
    spoil(q)
    before, state = p.data.copy(), optimizer.state_dict()
    error, message = SPOILED[spoil]
    with pytest.raises(error, match=message):
        optimizer.step(lambda: 0.0)
    np.testing.assert_array_equal(p.data, before)
    assert_equal_state(optimizer.state_dict(), state)


def assert_equal_state(one, other):
    """Nested dicts and lists are the same, array for array."""
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_equal_state(one[key], other[key])
    elif isinstance(one, (list, tuple)):
        for a, b in zip(one, other, strict=True):
            assert_equal_state(a, b)
    else:
        np.testing.assert_array_equal(one, other)


def test_an_option_of_a_later_group_that_is_wrong_stops_the_step_before_it_begins():
    p, q = with_gradient(1.0), with_gradient(1.0)
    optimizer = Adam([{"params": [p]}, {"params": [q]}])
    optimizer.param_groups[1]["lr"] = float("nan")
    with pytest.raises(ValueError, match="lr must be finite"):
        optimizer.step()
    assert p.data == 1
    assert not optimizer.state_dict()["state"]


class TestZeroGrad:
    def test_none(self):
        p = with_gradient(1.0)
        SGD([p]).zero_grad()
        assert p.grad is None

    def test_zero_in_place(self):
        p, q = with_gradient(1.0), parameter(1.0)
        grad = p.grad
        SGD([p, q]).zero_grad(set_to_none=False)
        assert p.grad is grad
        assert grad == 0
        assert q.grad is None

    def test_zero_for_a_number(self):
        p = Parameter(np.array(3.0))
        p.grad = 2 * p.data
        SGD([p]).zero_grad(set_to_none=False)
        assert p.grad == 0
        assert p.grad.shape == ()


def changed(saved, **entries):
    """A state dict with other entries in the state of its first parameter."""
    saved["state"][0].update(entries)
    return saved


class TestStateDict:
    def test_has_torchs_layout(self):
        arrays = [np.zeros(2), np.zeros(()), np.zeros((2, 2))]
        ours, theirs = [Parameter(a) for a in arrays], [torch.tensor(a, requires_grad=True) for a in arrays]
        for p, t in zip(ours, theirs, strict=True):
            p.grad, t.grad = np.ones_like(p.data), torch.ones_like(t)
        ours[1].grad = theirs[1].grad = None
        dicts = []
        for library, params in ((course_lib.optim, ours), (torch.optim, theirs)):
            optimizer = library.AdamW([{"params": params[:2]}, {"params": params[2:], "lr": 0.5}])
            optimizer.step()
            dicts.append(optimizer.state_dict())
        our_dict, their_dict = dicts
        assert our_dict.keys() == their_dict.keys()
        assert [*our_dict["state"]] == [*their_dict["state"]] == [0, 2]
        assert our_dict["state"][0].keys() == their_dict["state"][0].keys()
        for group, their_group in zip(our_dict["param_groups"], their_dict["param_groups"], strict=True):
            assert group == {k: their_group[k] for k in group}
        assert [group["params"] for group in our_dict["param_groups"]] == [[0, 1], [2]]

    def test_is_a_snapshot(self):
        p = with_gradient(1.0)
        optimizer = Adam([p])
        optimizer.step()
        saved = optimizer.state_dict()
        before = copy.deepcopy(saved)
        optimizer.param_groups[0]["lr"] = 0.5
        optimizer.step()
        assert saved == before

    def test_loading_copies(self):
        p = with_gradient(1.0)
        optimizer = Adam([p])
        optimizer.step()
        saved = optimizer.state_dict()
        before = copy.deepcopy(saved)
        optimizer.load_state_dict(saved)
        optimizer.param_groups[0]["lr"] = 0.5
        optimizer.step()
        assert saved == before

    def test_loading_copies_options_that_are_lists(self):
        optimizer = Adam([parameter(1.0)], betas=[0.5, 0.75])
        saved = optimizer.state_dict()
        optimizer.load_state_dict(saved)
        optimizer.param_groups[0]["betas"][0] = 0.25
        assert saved["param_groups"][0]["betas"] == [0.5, 0.75]

    def test_brings_options_with_it(self):
        optimizer = SGD([parameter(1.0)], lr=0.5, momentum=0.9)
        optimizer.param_groups[0]["initial_lr"] = 7.0
        other = SGD([with_gradient(1.0)])
        other.load_state_dict(optimizer.state_dict())
        assert (other.param_groups[0]["lr"], other.param_groups[0]["momentum"]) == (0.5, 0.9)
        assert other.param_groups[0]["initial_lr"] == 7.0
        other.step()
        assert other.param_groups[0]["params"][0].data == 0.5

    @pytest.mark.parametrize("name", ["Adam", "NAdam", "ASGD"])
    def test_of_torch_as_it_is_by_default(self, name):
        """By default torch keeps the numbers in its state as float32 tensors; ours goes on with Python's."""
        t = torch.zeros(2, dtype=torch.float64, requires_grad=True)
        theirs = getattr(torch.optim, name)([t], lr=0.1)
        p = parameter(0.0, 0.0)
        ours = getattr(course_lib.optim, name)([p], lr=0.1)
        for _ in range(3):
            t.grad = torch.ones_like(t)
            theirs.step()
        p.data[...] = t.detach().numpy()
        ours.load_state_dict(to_arrays(theirs.state_dict()))
        p.grad = np.ones(2)
        t.grad = torch.ones_like(t)
        ours.step()
        theirs.step()
        np.testing.assert_allclose(p.data, t.detach().numpy(), rtol=1e-6)  # what is left of float32's 7 digits
        numbers = [value for value in ours.state[p].values() if not isinstance(value, np.ndarray)]
        assert ours.state[p]["step"] == 4
        assert {type(number) for number in numbers} <= {int, float}

    def test_is_cast_to_the_dtype_of_the_parameter(self):
        optimizer = SGD([with_gradient(1.0)], momentum=0.9)
        optimizer.step()
        single = Parameter(np.ones(1, np.float32))
        other = SGD([single])
        other.load_state_dict(optimizer.state_dict())
        assert other.state[single]["momentum_buffer"].dtype == np.float32

    def test_adam_saved_for_adamw_decays_as_adamw_does(self):
        for library, p in ((torch.optim, torch.ones(1, requires_grad=True)), (course_lib.optim, parameter(1.0))):
            adamw = library.AdamW([p])
            adamw.load_state_dict(library.Adam([p]).state_dict())
            assert adamw.param_groups[0]["decoupled_weight_decay"] is True

    @pytest.mark.parametrize(
        ("saved_groups", "message"),
        [
            ([[2], [2]], r"have \[1, 1\] parameters, this optimizer's \[1\]"),
            ([[2, 2]], r"have \[2\] parameters, this optimizer's \[1\]"),
        ],
    )
    def test_of_other_groups_is_rejected_as_by_torch(self, saved_groups, message):
        their_saved = [{"params": [torch.zeros(n, requires_grad=True) for n in sizes]} for sizes in saved_groups]
        with pytest.raises(ValueError):
            theirs = torch.optim.SGD([torch.zeros(2, requires_grad=True)])
            theirs.load_state_dict(torch.optim.SGD(their_saved).state_dict())
        our_saved = [{"params": [Parameter(np.zeros(n)) for n in sizes]} for sizes in saved_groups]
        with pytest.raises(ValueError, match=message):
            SGD([parameter(1.0, 2.0)]).load_state_dict(SGD(our_saved).state_dict())

    @pytest.mark.parametrize("key", ["state", "param_groups"])
    def test_incomplete_is_rejected_as_by_torch(self, key):
        theirs = torch.optim.SGD([torch.zeros(2, requires_grad=True)])
        saved = theirs.state_dict()
        del saved[key]
        with pytest.raises(KeyError):
            theirs.load_state_dict(saved)
        ours = SGD([parameter(1.0, 2.0)])
        with pytest.raises(KeyError, match=f"has no '{key}'"):
            ours.load_state_dict(saved)

    def test_of_another_algorithm_is_rejected_at_once(self):
        ours = Adam([with_gradient(1.0)])
        with pytest.raises(KeyError, match=r"has no \['betas', 'eps', 'amsgrad'.*another algorithm"):
            ours.load_state_dict(SGD([with_gradient(1.0)]).state_dict())
        ours.step()  # nothing has been lost
        assert ours.state[ours.param_groups[0]["params"][0]]["step"] == 1

    def test_of_other_shapes_is_rejected_at_once(self):
        saved = Adam([with_gradient(1.0, 2.0)])
        saved.step()
        ours = Adam([with_gradient(1.0)])
        with pytest.raises(RuntimeError, match=r"'exp_avg' has shape \(2,\), .* asks for \(1,\)"):
            ours.load_state_dict(saved.state_dict())

    @pytest.mark.parametrize(
        ("spoil", "message"),
        [
            (lambda saved: None, "the state dict must be a dict, as state_dict.. returns it, got NoneType"),
            (lambda saved: {**saved, "state": [1]}, "the state dict's 'state' must be a dict, .* got list"),
            (lambda saved: {**saved, "param_groups": {}}, "the state dict's 'param_groups' must be a list, .* got dict"),
            (lambda saved: {**saved, "param_groups": [1]}, "a group of the state dict must be a dict, .* got int"),
            (lambda saved: {**saved, "state": {0: 1}}, "the state of a parameter in the state dict must be a dict, .* got int"),
            (lambda saved: changed(saved, step="a"), r"'step' must be a number, got str \('a'\)"),
            (lambda saved: changed(saved, step=[1, 2]), r"'step' must be a number, got list \(\[1, 2\]\)"),
            (lambda saved: changed(saved, exp_avg="a"), r"'exp_avg' must be an array of numbers, got str"),
            (lambda saved: changed(saved, exp_avg=None), r"'exp_avg' must be an array of numbers, got NoneType"),
            (lambda saved: changed(saved, exp_avg=[[1], [1, 2]]), r"'exp_avg' must be an array of numbers, got list"),
            (
                lambda saved: changed(saved, exp_avg=np.array([1j])),
                r"'exp_avg' must be an array of numbers, got an array of comp",
            ),
        ],
    )
    def test_what_is_none_is_rejected_and_changes_nothing(self, spoil, message):
        optimizer = Adam([with_gradient(1.0)])
        optimizer.step()
        saved = optimizer.state_dict()
        with pytest.raises(TypeError, match=message):
            optimizer.load_state_dict(spoil(copy.deepcopy(saved)))
        assert_equal_state(optimizer.state_dict(), saved)

    def test_of_ours_loads_into_torch(self):
        p = with_gradient(1.0, 2.0)
        ours = AdamW([p], lr=0.125)
        ours.step()
        theirs = torch.optim.AdamW([torch.zeros(2, dtype=torch.float64, requires_grad=True)])
        theirs.load_state_dict(to_tensors(ours.state_dict()))
        assert theirs.param_groups[0]["lr"] == 0.125
        loaded = theirs.state_dict()["state"][0]
        assert loaded["step"] == 1
        np.testing.assert_array_equal(loaded["exp_avg"], ours.state[p]["exp_avg"])


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_goes_on_by_itself(duplicate):
    p = with_gradient(1.0)
    optimizer = RMSprop([p], momentum=0.9)
    optimizer.step()
    twin = duplicate(optimizer)
    (q,) = twin.param_groups[0]["params"]
    assert q is not p
    optimizer.step()
    twin.step()
    assert q.data == p.data != 1
    assert twin.state[q]["step"] == 2


def test_shows_its_options_as_torch_does():
    ours = repr(SGD([parameter(1.0)], lr=0.5)).splitlines()
    theirs = repr(torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)).splitlines()
    left_out = ("foreach", "fused", "differentiable")
    assert ours == [line for line in theirs if not line.strip().startswith(left_out)]


@pytest.mark.parametrize(
    ("name", "option", "entry"),
    [
        ("Adam", "amsgrad", "max_exp_avg_sq"),
        ("RMSprop", "centered", "grad_avg"),
        ("RMSprop", "momentum", "momentum_buffer"),
    ],
)
def test_what_needs_state_from_the_start_cannot_be_switched_on_later(name, option, entry):
    for library, p in ((torch.optim, torch.ones(1, requires_grad=True)), (course_lib.optim, parameter(1.0))):
        p.grad = torch.ones(1) if library is torch.optim else np.ones(1)
        optimizer = getattr(library, name)([p])
        optimizer.step()
        optimizer.param_groups[0][option] = 0.5 if option == "momentum" else True
        with pytest.raises(KeyError, match=entry):
            optimizer.step()
