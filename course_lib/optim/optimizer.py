"""What all optimizers share: groups of parameters, and the loop over them.

An algorithm adds to `Optimizer` its options and two short methods: `initial_state`, what it remembers of a
parameter before the first update, and `update`, its rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any, ClassVar, TypeAlias

import numpy as np

from course_lib.optim.parameter import Parameter, describe, is_parameter, require_float_array
from course_lib.validation import Array

# Large arrays are updated this many entries at a time, so that what a rule computes on the way stays in the cache.
BLOCK = 2**17
# Arrays up to this size are updated several at once: it takes NumPy longer to be called than to compute with them.
SMALL = 2**7

Params: TypeAlias = Iterable[Parameter] | Iterable[dict[str, Any]]
State: TypeAlias = dict[str, Any]


class Optimizer:
    """Base class of all optimizers.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        What to optimize. A dict is a group of parameters, under the key "params", with options of its own,
        under the names of the algorithm's arguments; what it leaves out comes from `defaults`. Besides
        `Parameter`, any object will do that has `data`, an array, and `grad`, an array or None, and that is
        equal only to itself.
    defaults : dict
        The algorithm's options, with the values for groups that do not set their own.

    Attributes
    ----------
    param_groups : list of dict
        The groups. Options, such as "lr", may be changed at any time; the next `step` uses them.
    state : dict
        What the algorithm remembers of each parameter. The key is the parameter itself, so that two
        parameters of equal value do not share state.
    defaults : dict
        The options given to the constructor.

    Raises
    ------
    TypeError
        If `params` is a single parameter instead of an iterable, or holds anything but parameters.
    ValueError
        If `params` is empty, a parameter occurs twice, or an option lies outside its `limits`.

    Examples
    --------
    An algorithm is its options, their limits, and its rule:

    >>> from course_lib.optim.limits import learning_rate
    >>> class GradientDescent(Optimizer):
    ...     limits = {"lr": learning_rate}
    ...
    ...     def __init__(self, params, lr):
    ...         super().__init__(params, dict(lr=lr))
    ...
    ...     def update(self, p, g, state, lr):
    ...         p -= lr * g
    >>> w = Parameter(np.array([3.0, 4.0]))
    >>> w.grad = np.array([1.0, -1.0])
    >>> GradientDescent([w], lr=0.5).step()
    >>> w.data
    array([2.5, 4.5])
    """

    limits: ClassVar[dict[str, Callable[[str, Any], Any]]] = {}
    """For each option, by name, the function of `course_lib.optim.limits` that raises if it is wrong."""

    elementwise: ClassVar[bool] = False
    """Whether the rule treats each entry by itself, so that it may be given an array in parts, or several as one. What
    it keeps in its state is then numbers, and arrays of the parameter's shape."""

    update: Callable[..., None]
    """The rule, ``update(p, g, state, **options)``: changes `p` and the arrays in `state` in place and leaves
    `g` alone. `g` is the gradient, its sign turned by `maximize`; the group's other options come by name."""

    def __init__(self, params: Params, defaults: dict[str, Any]) -> None:
        if is_parameter(params) or isinstance(params, (dict, np.ndarray)):
            raise TypeError(
                f"params must be an iterable of Parameters or of groups (dicts), got {describe(params)}. Put it into a list."
            )
        self.check(defaults)
        self.defaults = defaults
        self.state: defaultdict[Any, State] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        groups: list[Any] = list(params)
        if not groups:
            raise ValueError("params is empty. Give at least one Parameter (a generator serves only once).")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def initial_state(self, p: Array, **options: Any) -> State:
        """The state of a parameter of value `p` before its first update, under torch's names."""
        return {}

    def check(self, options: dict[str, Any]) -> None:
        """Raise if an option is not allowed. An algorithm whose options depend on each other adds to this."""
        for name, limit in self.limits.items():
            limit(name, options[name])
        for name, value in options.items():
            if isinstance(value, np.ndarray) and value.size != 1:
                raise ValueError(f"{name} must be a single value, got {describe(value)}.")

    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Update every parameter that has a gradient.

        Parameters
        ----------
        closure : function without arguments, optional
            Computes the gradients and returns the loss. It is called once, before the update.

        Returns
        -------
        float or None
            What the closure returned.

        Raises
        ------
        TypeError, RuntimeError
            If a gradient is no array, or not of its parameter's shape and dtype; if the parameter's array has been
            replaced by one that does not fit its state.
        ValueError
            If an option has been changed to a value outside its limits, or an array has become read-only.

        All of this is found before anything is changed.
        """
        loss = None if closure is None else closure()
        # first everything is looked at, then everything changed
        work = [(self.options(group), [p for p in group["params"] if p.grad is not None]) for group in self.param_groups]
        for options, params in work:
            for p in params:
                require_matching_gradient(p)
                if state := self.state.get(p):
                    self.require_matching_state(p, state, options)
        for options, params in work:
            maximize = options.pop("maximize", False)
            for batch in self.batches(params):
                if len(batch) > 1:
                    self.update_as_one(batch, maximize, options)
                    continue
                p, g = batch[0], np.asarray(batch[0].grad)
                self.apply(p.data, -g if maximize else g, self.state_of(p, options), options)
        return loss

    def batches(self, params: list[Parameter]) -> Iterable[list[Parameter]]:
        """`params`, in lists of those that can be updated as one."""
        if not self.elementwise or len({id(p.data) for p in params}) < len(params):
            return [[p] for p in params]
        batches: dict[Any, list[Parameter]] = {}
        for p in params:
            data, state = p.data, self.state.get(p)
            kind: Any = p
            if data.size <= SMALL and data.base is None:  # views may overlap, and then one has to come after the other
                numbers = [name if isinstance(v, np.ndarray) else (name, v) for name, v in state.items()] if state else ()
                kind = (data.dtype, *numbers)
            batches.setdefault(kind, []).append(p)
        return batches.values()

    def update_as_one(self, params: list[Parameter], maximize: bool, options: dict[str, Any]) -> None:
        """Apply the rule once to all of `params`, laid end to end, as torch does with ``foreach``.

        In their states the numbers must be the same.
        """
        p, g = flat([q.data for q in params]), flat([q.grad for q in params])
        before = self.state.get(params[0])
        if before:
            states = [self.state[q] for q in params]
            state = {k: flat([s[k] for s in states]) if isinstance(v, np.ndarray) else v for k, v in before.items()}
        else:
            state = self.initial_state(p, **options)
        self.apply(p, -g if maximize else g, state, options)
        arrays = {name: value for name, value in state.items() if isinstance(value, np.ndarray)}
        numbers = {name: value for name, value in state.items() if name not in arrays}
        end = 0
        for q in params:
            data = q.data
            part = slice(end, end := end + data.size)
            data[...] = p[part] if data.ndim == 1 else p[part].reshape(data.shape)
            if state:
                own = self.state[q]
                own.update(numbers)
                for name, value in arrays.items():
                    if name not in own:
                        own[name] = np.empty_like(data)
                    own[name][...] = value[part].reshape(data.shape)

    def apply(self, p: Array, g: Array, state: State, options: dict[str, Any]) -> None:
        """Apply the rule to `p`, block by block if that is faster."""
        if not self.elementwise or p.size <= BLOCK:
            return self.update(p, g, state, **options)
        before = dict(state)
        rows = max(1, BLOCK * len(p) // p.size)
        for start in range(0, len(p), rows):
            block = slice(start, start + rows)
            part = {k: v[block] if isinstance(v, np.ndarray) else v for k, v in before.items()}
            self.update(p[block], g[block], part, **options)
            for name, value in part.items():
                if not isinstance(value, np.ndarray):
                    state[name] = value
                elif name not in before:
                    state.setdefault(name, np.empty_like(p))[block] = value

    def options(self, group: dict[str, Any]) -> dict[str, Any]:
        """The algorithm's options in `group`, checked. Schedulers keep entries of their own there as well."""
        options = {name: plain(group[name]) for name in self.defaults}
        self.check(options)
        return options

    def state_of(self, p: Parameter, options: dict[str, Any]) -> State:
        """The state of `p`, made when it is first asked for."""
        state = self.state[p]
        if not state:
            state.update(self.initial_state(p.data, **options))
        return state

    def require_matching_state(self, p: Parameter, state: State, options: dict[str, Any]) -> None:
        """Raise if `state` is that of an array of another shape than `p` has now."""
        fresh = {} if self.elementwise else self.initial_state(p.data, **options)
        shape = p.data.shape
        for name, value in state.items():
            if isinstance(value, np.ndarray) and value.shape != (expected := fresh[name].shape if name in fresh else shape):
                raise RuntimeError(
                    f"a parameter is now of shape {shape}, but its state was made for another: {name!r} is of shape "
                    f"{value.shape} instead of {expected}. Build a new optimizer when parameters change their shape."
                )

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients: set them to None or, with ``set_to_none=False``, to zero in place.

        The two differ: momentum and weight decay still move a parameter whose gradient is zero; one without a
        gradient is skipped.
        """
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p.grad = None
                elif p.grad is not None:
                    p.grad = np.asarray(p.grad)  # NumPy makes a scalar of what it computes from 0-d arrays
                    p.grad[...] = 0

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group of parameters, for example a layer that is to be trained from now on.

        Parameters
        ----------
        param_group : dict
            The parameters, or a single one, under the key "params", and options that differ from the
            defaults. The dict is copied, so that it can be used for another optimizer as well.
        """
        if not isinstance(param_group, dict):
            raise TypeError(f'a group must be a dict {{"params": [...], ...}}, got {describe(param_group)}.')
        if "params" not in param_group:
            raise KeyError(f'a group needs the key "params", got only {list(param_group)}.')
        params = param_group["params"]
        if isinstance(params, (set, frozenset)):
            raise TypeError("params is a set, whose order differs from run to run. Use a list.")
        params = [params] if is_parameter(params) else list(params)
        seen = {id(p) for group in self.param_groups for p in group["params"]}
        for p in params:
            if not is_parameter(p):
                raise TypeError(f"an optimizer takes Parameters, got {describe(p)}. Use course_lib.optim.Parameter(array).")
            require_float_array(p.data)
            if id(p) in seen:
                raise ValueError(f"a parameter occurs twice, {p!r}. List each one once, in one group.")
            seen.add(id(p))
        group = {**self.defaults, **param_group, "params": params}
        self.options(group)  # raises if one is not allowed
        self.param_groups.append(group)

    def state_dict(self) -> dict[str, Any]:
        """A snapshot of the optimizer, in torch's layout.

        Returns
        -------
        dict
            "state": a dict for each parameter that has state, by the parameter's number; "param_groups": the
            groups, with numbers in place of the parameters. Unlike torch's it is a copy: later steps leave it
            alone.
        """
        params = [p for group in self.param_groups for p in group["params"]]
        number = {id(p): i for i, p in enumerate(params)}
        groups = []
        for group in self.param_groups:
            saved = deepcopy({name: value for name, value in group.items() if name != "params"})
            groups.append({**saved, "params": [number[id(p)] for p in group["params"]]})
        state = {number[id(p)]: deepcopy(state) for p, state in self.state.items() if state}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from a snapshot.

        Parameters
        ----------
        state_dict : dict
            What `state_dict` of an optimizer of the same kind returned, with as many groups of as many
            parameters, in the same order. One of torch's will do, its tensors turned into arrays. It is
            copied; arrays are cast to the parameter's dtype.

        Raises
        ------
        ValueError
            If the groups do not match this optimizer's.
        KeyError
            If an entry is missing, as when another algorithm saved it.
        TypeError
            If it is no state dict, or holds something else than numbers.
        RuntimeError
            If an array of the state is not of the shape that this optimizer's parameter asks for.
        """
        require_kind("the state dict", state_dict, dict)
        for key, kind in (("param_groups", list), ("state", dict)):
            if key not in state_dict:
                raise KeyError(f"the state dict has no {key!r}, only {list(state_dict)}.")
            require_kind(f"the state dict's {key!r}", state_dict[key], kind)
        for group in state_dict["param_groups"]:
            require_kind("a group of the state dict", group, dict)
        for saved_state in state_dict["state"].values():
            require_kind("the state of a parameter in the state dict", saved_state, dict)
        sizes = [len(group["params"]) for group in self.param_groups]
        saved_sizes = [len(group["params"]) for group in state_dict["param_groups"]]
        if saved_sizes != sizes:
            raise ValueError(
                f"the groups of the state dict have {saved_sizes} parameters, this optimizer's {sizes}. "
                f"Build the optimizer with the same groups as the one that was saved."
            )
        groups: list[dict[str, Any]] = []
        state: defaultdict[Any, State] = defaultdict(dict)
        for group, saved in zip(self.param_groups, state_dict["param_groups"], strict=True):
            missing = [name for name in self.defaults if name not in saved]
            if missing:
                raise KeyError(f"a group of the state dict has no {missing}. Did another algorithm save it?")
            groups.append({**deepcopy(saved), "params": group["params"]})
            options = self.options(groups[-1])
            for number, p in zip(saved["params"], group["params"], strict=True):
                fresh = self.initial_state(p.data, **options)
                for name, value in state_dict["state"].get(number, {}).items():
                    state[p][name] = restore(name, value, fresh.get(name), p.data.dtype)
        self.param_groups, self.state = groups, state

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {name}: {group[name]}" for name in sorted(group) if name != "params"]
        return "\n".join([*lines, ")"])


def require_matching_gradient(p: Parameter) -> None:
    """Raise unless the data of `p` can be updated, with a gradient that is an array of its shape and dtype."""
    data, grad = p.data, p.grad
    if type(data) is not np.ndarray or data.dtype.kind != "f" or not data.flags.writeable:
        require_float_array(data)
    if not isinstance(grad, (np.ndarray, np.generic)):  # a scalar of NumPy's is what 0-d arrays turn into
        raise TypeError(f"grad must be a NumPy array or None, got {describe(grad)}.")
    if grad.shape != data.shape or grad.dtype != data.dtype:
        raise RuntimeError(
            f"grad must be of its parameter's shape and dtype, {data.shape} and {data.dtype}, got {grad.shape} and {grad.dtype}."
        )


def flat(arrays: list[Any]) -> Array:
    """The entries of all arrays, one after the other."""
    return np.concatenate(arrays, axis=None)


def restore(name: str, value: Any, fresh: Any, dtype: np.dtype) -> Any:
    """A copy of a saved entry of state, of the kind of `fresh`, its initial value (None if it has none)."""
    if isinstance(fresh, np.ndarray):
        array = as_array(name, value, fresh.dtype)
        if array.shape != fresh.shape:
            raise RuntimeError(
                f"the state dict's {name!r} has shape {array.shape}, this optimizer's parameter asks for "
                f"{fresh.shape}. Give the parameters in the order in which they were saved."
            )
        return array
    if fresh is not None:
        return type(fresh)(as_array(name, value, float, size=1).item())
    if isinstance(value, np.ndarray):
        return as_array(name, value, dtype)
    if isinstance(value, (list, tuple)):
        return type(value)(restore(name, item, None, dtype) for item in value)
    return deepcopy(value)


def as_array(name: str, value: Any, dtype: Any, size: int | None = None) -> Array:
    """A saved entry of state as an array of `dtype`, of as many entries as `size`."""
    try:
        array = np.array(value)
        if array.dtype.kind not in "fiub" or size not in (None, array.size):
            raise ValueError
    except ValueError:  # also of a ragged list
        expected = "a number" if size == 1 else "an array of numbers"
        raise TypeError(f"the state dict's {name!r} must be {expected}, got {describe(value)}.") from None
    return array.astype(dtype)


def require_kind(what: str, value: Any, kind: type) -> None:
    """Raise unless `value` is of `kind`."""
    if not isinstance(value, kind):
        raise TypeError(f"{what} must be a {kind.__name__}, as state_dict() returns it, got {describe(value)}.")


def plain(value: Any) -> Any:
    """`value` with NumPy's scalars made Python's, which take on the dtype of the arrays they meet."""
    if isinstance(value, np.generic):
        return value.item()
    return tuple(map(plain, value)) if isinstance(value, (tuple, list)) else value
