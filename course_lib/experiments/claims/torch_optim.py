"""What the chapter "The torch.optim API" says, measured on torch itself."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.experiments import worked_examples
from course_lib.experiments.claims.claim import Measured, claim


def regression(seed: int, n: int = 64, d: int = 3, noise: float = 0.1) -> tuple[Any, Any]:
    """Inputs of shape (n, d) and targets of shape (n,), as float64 tensors."""
    import torch

    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d))
    y = x @ np.arange(1.0, d + 1) + noise * rng.normal(size=n)
    return torch.tensor(x), torch.tensor(y)


def train(seed: int, updates: int, body: Callable[[Any, Any, Callable[[], Any]], None], **options: Any) -> np.ndarray:
    """The parameters after `updates` turns of a loop whose body is given: ``body(optimizer, w, loss)``."""
    import torch

    x, y = regression(seed)
    w = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], **{"lr": 0.05, **options})
    for _ in range(updates):
        body(optimizer, w, lambda: ((x @ w - y) ** 2).mean())
    return w.detach().numpy().copy()


def right(optimizer: Any, w: Any, loss: Callable[[], Any]) -> None:
    optimizer.zero_grad()
    loss().backward()
    optimizer.step()


# -- the loop, with each step left out or moved ------------------------------------------------------------------


@claim(
    "torch-optim/without-zero-grad",
    "Without `zero_grad`, {updates} updates ended at a distance of {forgotten:.2f} from the best parameters; with it, of {right.high:.0e} at most.",
)
def without_zero_grad(seed: int) -> dict[str, float]:
    import torch

    x, y = regression(seed)
    best = torch.linalg.lstsq(x, y).solution.numpy()

    def forgotten(optimizer: Any, w: Any, loss: Callable[[], Any]) -> None:
        loss().backward()
        optimizer.step()

    updates = 200
    off = {
        name: float(np.linalg.norm(train(seed, updates, body) - best))
        for name, body in {"right": right, "forgotten": forgotten}.items()
    }
    assert off["right"] < 1e-3 < 0.1 < off["forgotten"]
    return {**off, "updates": updates}


@claim(
    "torch-optim/without-backward",
    "Without `backward`, no parameter had a gradient after {updates} updates, and none had moved.",
)
def without_backward(seed: int) -> dict[str, float]:
    def body(optimizer: Any, w: Any, loss: Callable[[], Any]) -> None:
        optimizer.zero_grad()
        loss()
        optimizer.step()
        assert w.grad is None

    assert (train(seed, 50, body) == 0).all()
    return {"updates": 50}


@claim(
    "torch-optim/without-step",
    "Without `step`, {updates} turns of the loop computed the same gradient {updates} times, and no parameter moved.",
)
def without_step(seed: int) -> dict[str, float]:
    gradients = []

    def body(optimizer: Any, w: Any, loss: Callable[[], Any]) -> None:
        optimizer.zero_grad()
        loss().backward()
        gradients.append(w.grad.numpy().copy())

    assert (train(seed, 50, body) == 0).all()
    assert np.linalg.norm(gradients[0]) > 1 and all((gradient == gradients[0]).all() for gradient in gradients)
    return {"updates": len(gradients)}


@claim(
    "torch-optim/zero-grad-too-late",
    "With `zero_grad` between `backward` and `step`, no parameter moved in {updates} updates.",
)
def zero_grad_too_late(seed: int) -> dict[str, float]:
    def body(optimizer: Any, w: Any, loss: Callable[[], Any]) -> None:
        loss().backward()
        optimizer.zero_grad()
        optimizer.step()

    assert (train(seed, 50, body) == 0).all()
    return {"updates": 50}


@claim(
    "torch-optim/step-too-early",
    "With `step` before `backward`, {updates} turns of the loop made {made} updates: each turn used the gradient of the turn before, and the first had none.",
)
def step_too_early(seed: int) -> dict[str, float]:
    def body(optimizer: Any, w: Any, loss: Callable[[], Any]) -> None:
        optimizer.step()
        optimizer.zero_grad()
        loss().backward()

    updates = 20
    assert np.allclose(train(seed, updates, body), train(seed, updates - 1, right), rtol=1e-12)
    return {"updates": updates, "made": updates - 1}


@claim(
    "torch-optim/new-every-time",
    "An optimizer with momentum 0.9 that is made anew in every turn walks exactly as one without momentum: its buffer never gets old.",
)
def new_every_time(seed: int) -> dict[str, float]:
    import torch

    def body(optimizer: Any, w: Any, loss: Callable[[], Any]) -> None:
        right(torch.optim.SGD([w], lr=0.05, momentum=0.9), w, loss)

    assert (train(seed, 20, body) == train(seed, 20, right)).all()
    assert not np.allclose(train(seed, 20, right, momentum=0.9), train(seed, 20, right))
    return {}


@claim(
    "torch-optim/shapes",
    "With predictions of shape (n, 1) and targets of shape (n,), {updates} updates brought the slope to less than a millionth from 0 instead of to {right:.2f}. On the way `mse_loss` warned {library} times, "
    "and the mean of squares written by hand {written} times.",
)
def shapes(seed: int) -> dict[str, float]:
    import torch

    rng, updates = np.random.default_rng(seed), 200
    x = torch.tensor(rng.normal(size=(100, 1)))
    y = 2 * x[:, 0] + 1

    def slope_and_warnings(loss_of: Callable[[Any], Any]) -> tuple[float, int]:
        torch.manual_seed(seed)
        model = torch.nn.Linear(1, 1, dtype=torch.float64)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            for _ in range(updates):
                optimizer.zero_grad()
                loss_of(model(x)).backward()
                optimizer.step()
        return model.weight.item(), len(seen)

    right, _ = slope_and_warnings(lambda predicted: torch.nn.functional.mse_loss(predicted[:, 0], y))
    library, warned = slope_and_warnings(lambda predicted: torch.nn.functional.mse_loss(predicted, y))
    written, silent = slope_and_warnings(lambda predicted: ((predicted - y) ** 2).mean())
    assert abs(right - 2) < 1e-6 and max(abs(library), abs(written)) < 1e-6
    assert warned == updates and silent == 0
    return {"updates": updates, "right": right, "library": warned, "written": silent}


# -- the arguments of SGD ----------------------------------------------------------------------------------------


def steps(gradient: float, updates: int, **options: Any) -> np.ndarray:
    """The lengths of the steps that torch's SGD makes when the gradient stays the same."""
    import torch

    w = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], **options)
    path = [0.0]
    for _ in range(updates):
        w.grad = torch.full_like(w, gradient)
        optimizer.step()
        path.append(w.item())
    return -np.diff(path)


@claim(
    "torch-optim/momentum",
    "With a gradient that stays the same and momentum {mu}, the first step was 1 times and the {updates}th step {times:.2f} times the learning rate times the gradient. The limit is $1/(1 - \\mu)$, here {limit:.0f}.",
)
def momentum() -> dict[str, float]:
    mu, updates = 0.9, 100
    lengths = steps(1.0, updates, lr=0.1, momentum=mu) / 0.1
    assert np.isclose(lengths[0], 1) and (np.diff(lengths) > 0).all() and np.isclose(lengths[-1], 1 / (1 - mu), rtol=1e-3)
    return {"mu": mu, "updates": updates, "times": lengths[-1], "limit": 1 / (1 - mu)}


@claim(
    "torch-optim/dampening",
    "With dampening 0.5 the first step was as long as without; the second was {second:.2f} times the learning rate times the gradient instead of {undamped:.2f}.",
)
def dampening() -> dict[str, float]:
    damped = steps(1.0, 2, lr=0.1, momentum=0.9, dampening=0.5) / 0.1
    plain = steps(1.0, 2, lr=0.1, momentum=0.9) / 0.1
    assert np.isclose(damped[0], plain[0]) and np.isclose(damped[1], 0.9 + 0.5) and np.isclose(plain[1], 1.9)
    return {"second": damped[1], "undamped": plain[1]}


@claim(
    "torch-optim/weight-decay",
    "SGD with `weight_decay` {decay} walked as SGD on the loss with the penalty $\\lambda \\lVert w \\rVert^2 / 2$ added, to {digits} digits over {updates} updates.",
)
def weight_decay(seed: int) -> dict[str, float]:
    decay, updates, digits = 0.1, 50, 12

    def penalized(optimizer: Any, w: Any, loss: Callable[[], Any]) -> None:
        right(optimizer, w, lambda: loss() + decay / 2 * (w**2).sum())

    decayed, added = train(seed, updates, right, weight_decay=decay), train(seed, updates, penalized)
    assert np.linalg.norm(decayed - added) < 10.0**-digits * np.linalg.norm(added)
    return {"decay": decay, "updates": updates, "digits": digits}


@claim(
    "torch-optim/two-decays",
    "One step with a gradient of zero, a learning rate of {lr} and `weight_decay` {decay}, from $w = 1$: SGD and AdamW went to {adamw:.4f}, Adam to {adam:.4f}.",
)
def two_decays() -> dict[str, float]:
    import torch

    lr, decay, ends = 0.01, 0.1, {}
    for name in ("SGD", "AdamW", "Adam"):
        w = torch.ones(1, dtype=torch.float64, requires_grad=True)
        w.grad = torch.zeros_like(w)
        getattr(torch.optim, name)([w], lr=lr, weight_decay=decay).step()
        ends[name] = w.item()
    assert np.isclose(ends["SGD"], 1 - lr * decay) and np.isclose(ends["AdamW"], 1 - lr * decay)
    assert np.isclose(ends["Adam"], 1 - lr, atol=1e-6)
    return {"lr": lr, "decay": decay, "adamw": ends["AdamW"], "adam": ends["Adam"]}


# -- closures, resuming, worked examples -------------------------------------------------------------------------


@claim(
    "torch-optim/accumulation",
    "A group of three batches of {b} examples and a last one of {short}: with the mean loss of each batch divided by the number of batches, the sum of the gradients was {batches.median:.0%} off that of all {n} examples (the median of five data sets). With the sum of each batch's losses divided by {n}, it was the same to {digits} digits.",
)
def accumulation(seed: int) -> dict[str, float]:
    import torch

    b, short, digits = 16, 4, 12
    n = 3 * b + short
    x, y = regression(seed, n=n, noise=1.0)
    w = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    groups = torch.arange(n).split(b)

    def accumulated(loss_of: Callable[[Any], Any], parts: Any) -> Any:
        w.grad = None
        for rows in parts:
            loss_of((x[rows] @ w - y[rows]) ** 2).backward()
        return w.grad

    whole = accumulated(lambda squares: squares.mean(), [torch.arange(n)])
    batches = accumulated(lambda squares: squares.mean() / len(groups), groups)
    examples = accumulated(lambda squares: squares.sum() / n, groups)
    assert torch.linalg.norm(examples - whole) < 10.0**-digits * torch.linalg.norm(whole)
    off = float(torch.linalg.norm(batches - whole) / torch.linalg.norm(whole))
    return {"b": b, "short": short, "n": n, "batches": off, "digits": digits}


@accumulation.over_seeds
def _(batches: Measured) -> None:
    assert batches.median > 0.05


@claim(
    "torch-optim/lbfgs",
    "On all examples, with a line search, L-BFGS came within {full.high:.0e} of the best parameters with {evaluations} evaluations of loss and gradient. With a new random batch of {b} at every step, after {passes} passes over the data, it was {batches:.1f} away without a search, at the best of {rates} rates, and {searched:.1f} with the same search.",
)
def lbfgs(seed: int) -> dict[str, float]:
    import torch

    x, y = regression(seed, noise=1.0)
    best = torch.linalg.lstsq(x, y).solution
    b, passes, rates = 4, 20, (0.03, 0.1, 0.3, 1.0, 3.0)

    def away(batch: int, **options: Any) -> tuple[float, int]:
        """How far from the best parameters it stops, and after how many evaluations."""
        generator = torch.Generator().manual_seed(seed)
        w = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
        optimizer, evaluations = torch.optim.LBFGS([w], **options), 0
        while evaluations * batch < passes * len(x):
            rows = torch.randperm(len(x), generator=generator)[:batch]

            def closure(rows: Any = rows) -> Any:
                nonlocal evaluations
                optimizer.zero_grad()
                loss = ((x[rows] @ w - y[rows]) ** 2).mean()
                loss.backward()
                evaluations += 1
                return loss

            optimizer.step(closure)
            if torch.linalg.norm(w.detach() - best) < 1e-8:
                break
        distance = float(torch.linalg.norm(w.detach() - best))
        return distance if np.isfinite(distance) else np.inf, evaluations

    full, evaluations = away(len(x), line_search_fn="strong_wolfe")
    # a batch is used once, so on batches each step is a single iteration
    batches = min(away(b, lr=lr, max_iter=1)[0] for lr in rates)
    searched = away(b, max_iter=1, line_search_fn="strong_wolfe")[0]
    assert full < 1e-4 and min(batches, searched) > 0.02
    return {
        "full": full, "evaluations": evaluations, "b": b, "passes": passes, "rates": len(rates), "batches": batches, "searched": searched,
    }  # fmt: skip


@claim(
    "torch-optim/resume",
    "Stopped after {first} of {updates} updates and resumed with the states of model and optimizer, Adam went on to the last bit as without the stop. With the model's state alone it ended {off:.1f} away.",
)
def resume(seed: int) -> dict[str, float]:
    import torch

    x, y = regression(seed)
    first, updates = 20, 40

    def go_on(w: Any, optimizer: Any, count: int) -> None:
        for _ in range(count):
            right(optimizer, w, lambda: ((x @ w - y) ** 2).mean())

    w = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([w], lr=0.1)
    go_on(w, optimizer, first)
    half, state = w.detach().clone(), optimizer.state_dict()
    state = {
        "state": {k: {n: v.clone() for n, v in s.items()} for k, s in state["state"].items()},
        "param_groups": state["param_groups"],
    }
    go_on(w, optimizer, updates - first)
    ends = {}
    for name in ("both", "model"):
        again = half.clone().requires_grad_()
        optimizer = torch.optim.Adam([again], lr=0.1)
        if name == "both":
            optimizer.load_state_dict(state)
        go_on(again, optimizer, updates - first)
        ends[name] = float(torch.linalg.norm(again.detach() - w.detach()))
    assert ends["both"] == 0 and ends["model"] > 1e-4
    return {"first": first, "updates": updates, "off": ends["model"]}


@claim(
    "torch-optim/complete-example",
    "Over its {epochs} epochs the loss fell from {first.median:.0f} to {last.median:.1f} in the median of five draws of data and start. The weight ended at {w:.2f}, where 2 is right. The bias had hardly begun its way to 1: it had moved by {moved.high:.2f} at most. With such inputs the loss is {steep:.0f} times as steep along the weight as along the bias, and the rate suits the weight.",
)
def complete_example(seed: int) -> dict[str, float]:
    example = worked_examples.noisy_line(seed)
    trace, steep = example.trace, float(np.mean(example.problem.X[:, 0] ** 2))
    w, b = trace.params[-1]
    moved = abs(b - trace.params[0, 1])
    assert trace.loss[-1] < trace.loss[0] / 5 and moved < 0.2 and steep > 50
    return {"epochs": trace.updates, "first": trace.loss[0], "last": trace.loss[-1], "w": w, "moved": moved, "steep": steep}


@complete_example.over_seeds
def _(w: Measured) -> None:
    assert 1.5 < w.median < 2.2


@claim(
    "torch-optim/complete-example-prediction",
    "Asked for $x = 10$, where the line without noise has 21, the fitted lines said {predicted:.1f}. Before training they had said {before:.1f}.",
)
def complete_example_prediction(seed: int) -> dict[str, float]:
    example = worked_examples.noisy_line(seed)
    predicted, before = example.predict(10.0), example.predict(10.0, 0)
    # ten epochs are too few, so the line is still too flat
    assert 14 < predicted < 21 and 21 - predicted < abs(before - 21) / 3
    return {"predicted": predicted, "before": before}


@claim(
    "torch-optim/five-examples",
    "A network of 20 hidden units, Adam at its default rate, five random examples, {epochs} epochs: the loss fell from {first.median:.2f} to {last.median:.2f} in the median of five draws. In each of them at most {left.high:.0%} of it was left.",
)
def five_examples(seed: int) -> dict[str, float]:
    import torch

    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    x, y = torch.randn(5, 10, generator=generator), torch.randn(5, 1, generator=generator)
    model = torch.nn.Sequential(torch.nn.Linear(10, 20), torch.nn.ReLU(), torch.nn.Linear(20, 1))
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=1e-3), []
    for _ in range(100):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]
    return {"epochs": 100, "first": losses[0], "last": losses[-1], "left": losses[-1] / losses[0]}
