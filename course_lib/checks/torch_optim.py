"""What the problem set on torch.optim expects, and the mistakes it knows.

Cases hold NumPy arrays; models, optimizers and tensors are made of them when a case is run, so that torch is imported only then. Answers
are compared with right code on torch.optim itself, the losses as well as the weights that training arrives at.
"""

from __future__ import annotations

import itertools
import pickle
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in

FORBIDDEN = ("course_lib.checks.answers",)

# ------------------------------------------------------------------------------------------- between torch and NumPy


def torch_cases(cases: Callable[[np.random.Generator], list[Case]]) -> Callable[[np.random.Generator], list[Case]]:
    """Loads torch with the cases: the first optimizer takes a second to import what it needs, which is not the answer's time."""

    def draw(rng: np.random.Generator) -> list[Case]:
        import torch

        torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        return cases(rng)

    return draw


def weights(rng: np.random.Generator, *sizes: int) -> list[np.ndarray]:
    """Weights and biases of the linear layers between so many units."""
    shapes = [shape for inputs, outputs in itertools.pairwise(sizes) for shape in ((outputs, inputs), (outputs,))]
    return [rng.uniform(-1, 1, shape) for shape in shapes]


def network(arrays: list[np.ndarray]) -> Any:
    """The network with these weights: linear layers, a tanh between any two."""
    import torch

    layers: list[Any] = []
    for weight in arrays[::2]:
        layers += [torch.nn.Linear(weight.shape[1], weight.shape[0]), torch.nn.Tanh()]
    model = torch.nn.Sequential(*layers[:-1]).double()
    with torch.no_grad():
        for p, array in zip(model.parameters(), arrays, strict=True):
            p.copy_(torch.from_numpy(array))
    return model


def weights_of(model: Any) -> dict[str, np.ndarray]:
    return {f"model {name} at the end": p.detach().numpy().copy() for name, p in model.named_parameters()}


def losses(given: Any) -> dict[str, Any]:
    """What an answer gave as its losses, tensors told from numbers."""
    import torch

    many = isinstance(given, (list, tuple)) or (isinstance(given, (torch.Tensor, np.ndarray)) and given.ndim > 0)
    tensors = isinstance(given, torch.Tensor) or (many and any(isinstance(loss, torch.Tensor) for loss in given))
    return {
        "the losses are": "tensors" if tensors else "numbers",
        "losses": [plain(loss) for loss in given] if many else plain(given),
    }


def plain(value: Any) -> Any:
    """Tensors as what they hold."""
    import torch

    if isinstance(value, torch.Tensor):
        value = value.detach().numpy()
        return value.item() if value.ndim == 0 else value.copy()
    return value


def require(what: str, given: bool, value: Any) -> None:
    if not given:
        size = f" of {len(value)}" if isinstance(value, (list, tuple)) else ""
        raise TypeError(f"it should return {what}, but returned a {type(value).__name__}{size}")


def tensors(*arrays: np.ndarray) -> list[Any]:
    import torch

    return [torch.from_numpy(array) for array in arrays]


@contextmanager
def quiet() -> Iterator[None]:
    """Without torch's warnings, such as that of shapes that broadcast: the verdict tells more."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def data(rng: np.random.Generator, n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Examples whose targets a small network can learn in part."""
    X = rng.normal(size=(n, d))
    return X, np.sin(X.sum(axis=1, keepdims=True)) + rng.normal(0, 0.3, (n, 1)) + rng.uniform(0.5, 1.5)


# ----------------------------------------------------------------------------------------------------- loop


@torch_cases
def loop_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, d, epochs in ((4, 1, 3), (6, 2, 1), (5, 3, 6)):
        X, y = data(rng, n, d)
        lr, momentum = float(rng.uniform(0.02, 0.1)), float(rng.choice([0.0, 0.5, 0.9]))
        cases.append({"weights": weights(rng, d, 3, 1), "lr": lr, "momentum": momentum, "X": X, "y": y, "epochs": epochs})
    return cases


def drive_loop(answer: Callable, case: Case) -> dict[str, Any]:
    """Run a training loop; if the model did not move, find out from the calls why."""
    import torch

    model = network(case["weights"])
    optimizer = torch.optim.SGD(model.parameters(), lr=case["lr"], momentum=case["momentum"])
    calls: list[str] = []
    for p in model.parameters():
        p.register_post_accumulate_grad_hook(lambda p: calls.append("backward"))
    for name in ("zero_grad", "step"):
        setattr(optimizer, name, _noting(name, getattr(optimizer, name), calls))
    before = weights_of(model)
    with quiet():
        result = answer(model, torch.nn.MSELoss(), optimizer, *tensors(case["X"], case["y"]), case["epochs"])
    after = weights_of(model)
    moved = any(not np.array_equal(after[name], before[name]) for name in after)
    return {"the model": "moved" if moved else f"never moved: {_why_nothing_moves(calls)}"} | losses(result) | after


def _noting(name: str, method: Callable, calls: list[str]) -> Callable:
    def call(*args: Any, **options: Any) -> Any:
        calls.append(name)
        return method(*args, **options)

    return call


def _why_nothing_moves(calls: list[str]) -> str:
    order = [name for name, _ in itertools.groupby(calls)]
    if "backward" not in order:
        return "backward was not called"
    if "step" not in order:
        return "step was not called"
    if order.index("step") < order.index("backward"):
        return "step was called before backward"
    if ["backward", "zero_grad", "step"] in [order[i : i + 3] for i in range(len(order))]:
        return "zero_grad was called between backward and step"
    return "the steps changed nothing"


def train(model, loss_fn, optimizer, X, y, epochs):
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        prediction = model(X)
        loss = loss_fn(prediction, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


loop = Question(
    name="torch-optim/loop",
    cases=loop_cases,
    reference=lambda *arguments: train(*arguments),
    observe=drive_loop,
    forbidden=FORBIDDEN,
    reading="torch-optim#the-four-steps",
    hints=[
        "Inside the loop over the epochs: prediction, loss, and the calls that turn the loss into new weights.",
        "backward adds to the gradients that are there. So they are cleared once an epoch; when must that not happen?",
        "The loss is a tensor that holds on to the whole graph; .item() takes the number out of it.",
    ],
)

mistake = mistakes_in(train, loop)
mistake(
    "zero_grad_missing",
    "Your gradients are never cleared, or only once before the loop. backward adds to what is there, so each step goes along "
    "the sum of all gradients so far.",
    ("        optimizer.zero_grad()\n", ""),
)
mistake(
    "zero_grad_between_backward_and_step",
    "You clear the gradients after backward has computed them and before step can use them, so nothing ever moves.",
    ("        optimizer.zero_grad()\n", ""),
    ("loss.backward()", "loss.backward()\n        optimizer.zero_grad()"),
)
mistake(
    "step_before_backward",
    "You call step before backward, when there are no gradients yet: the model never moves. First the gradients, then the step.",
    ("loss.backward()\n        optimizer.step()", "optimizer.step()\n        loss.backward()"),
)
mistake(
    "steps_with_the_last_gradients",
    "You call step before backward, so every step uses the gradients of the epoch before, and those of the last epoch are lost.",
    ("        optimizer.zero_grad()\n", ""),
    ("loss.backward()\n        optimizer.step()", "optimizer.step()\n        optimizer.zero_grad()\n        loss.backward()"),
)
mistake(
    "step_missing",
    "The optimizer never makes a step: backward computes gradients, but does not move anything.",
    ("        optimizer.step()\n", ""),
)
mistake(
    "backward_missing",
    "No gradients are computed, so there is nothing for the optimizer to use. Which call computes them from the loss?",
    ("        loss.backward()\n", ""),
)
mistake(
    "losses_are_tensors",
    "Your losses are tensors. The values are right, but each holds on to the graph of its epoch, and the memory fills up. Take "
    "the number out with .item().",
    ("loss.item()", "loss"),
)
mistake(
    "loss_after_the_step",
    "Your losses are those after each step. Asked is the loss that the step was made from, which you have already.",
    ("losses.append(loss.item())", "losses.append(loss_fn(model(X), y).item())"),
)
mistake(
    "only_the_last_loss",
    "You return one loss; asked is a list with the loss of each epoch.",
    ("return losses", "return losses[-1]"),
)
mistake(
    "forward_only_once",
    "You compute the prediction or the loss once, before the loop. backward uses up the graph, and the weights change: compute "
    "both again in every epoch.",
    ("    for epoch", "    prediction = model(X)\n    for epoch"),
    ("        prediction = model(X)\n        loss", "        loss"),
)
mistake(
    "without_a_graph",
    "You compute the prediction inside torch.no_grad(), or detach it: then there is no graph for backward to walk. no_grad is "
    "for evaluating, not for training.",
    ("prediction = model(X)", "prediction = model(X).detach()"),
)
mistake(
    "one_epoch_too_few",
    "You make one epoch too few.",
    ("range(epochs)", "range(1, epochs)"),
)
mistake(
    "backward_twice",
    "You make two backward passes an epoch, so the gradient counts twice.",
    ("loss.backward()", "loss.backward(retain_graph=True)\n        loss.backward()"),
)


# ----------------------------------------------------------------------------------------------------- mend


@torch_cases
def mend_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for sizes, d, epochs in (([2, 2, 1], 1, 2), ([3, 3, 3, 2], 2, 3), ([4, 1], 3, 4)):
        batches = [data(rng, n, d) for n in sizes]
        cases.append(
            {"weights": weights(rng, d, 3, 1), "batches": batches, "lr": float(rng.uniform(0.01, 0.04)), "epochs": epochs}
        )
    return cases


def drive_mend(answer: Callable, case: Case) -> dict[str, Any]:
    import torch

    def run(lr: float, epochs: int) -> tuple[Any, dict]:
        model = network(case["weights"])
        batches = [tuple(tensors(X, y)) for X, y in case["batches"]]
        with quiet():
            result = answer(model, torch.nn.MSELoss(), batches, lr, epochs)
        return losses(result), weights_of(model)

    record, end = run(case["lr"], case["epochs"])
    # where the weights stay, a record is right whatever is wrong with the steps
    return {
        "the weights after one epoch": run(case["lr"], 1)[1],
        "the weights after all epochs": end,
        "the losses where lr is 0": run(0.0, case["epochs"])[0],
        "the losses": record,
    }


def train_on_batches(model, loss_fn, batches, lr, epochs):
    import torch

    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    history = []
    for epoch in range(epochs):
        total, count = 0.0, 0
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(y)
            count += len(y)
        history.append(total / count)
    return history


mend = Question(
    name="torch-optim/mend",
    cases=mend_cases,
    reference=lambda *arguments: train_on_batches(*arguments),
    observe=drive_mend,
    parts=True,
    forbidden=FORBIDDEN,
    reading="torch-optim#what-each-step-is-for",
    hints=[
        "Follow one weight through two batches: which gradients does the second step use?",
        "What does the optimizer remember from one epoch to the next, and where is it created?",
        "Each loss is the mean over its batch, and the last batch is smaller. What does the mean over all examples weigh them "
        "by?",
    ],
)

FAULTS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "gradients_not_cleared": (
        "the gradients of all batches so far add up",
        [("            optimizer.zero_grad()\n", "")],
    ),
    "optimizer_made_anew_each_epoch": (
        "the optimizer is created in every epoch, so its momentum begins from nothing each time",
        [
            (
                "    for epoch in range(epochs):\n",
                "    for epoch in range(epochs):\n        optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)\n",
            )
        ],
    ),
    "total_is_a_tensor": (
        "the total is a tensor that holds on to the graphs of the whole epoch",
        [("loss.item()", "loss")],
    ),
    "batches_count_alike": (
        "the mean counts every batch alike, though the last one is smaller",
        [(" * len(y)\n", "\n"), ("total / count", "total / len(batches)")],
    ),
}

mistake = mistakes_in(train_on_batches, mend)
for left in range(1, len(FAULTS) + 1):
    for names in itertools.combinations(FAULTS, left):
        count = {
            1: "One of the four faults is left",
            2: "Two of the four faults are left",
            3: "Three of the four faults are left",
            4: "All four faults are left",
        }
        mistake(
            "_and_".join(names),
            f"{count[left]}: {'; and '.join(FAULTS[name][0] for name in names)}.",
            *(edit for name in names for edit in FAULTS[name][1]),
        )
mistake(
    "gradients_cleared_once_an_epoch",
    "You clear the gradients once an epoch, so within it those of all batches so far add up.",
    ("            optimizer.zero_grad()\n", ""),
    ("        total, count = 0.0, 0\n", "        total, count = 0.0, 0\n        optimizer.zero_grad()\n"),
)
mistake(
    "one_step_an_epoch",
    "You make one step an epoch: step stands after the loop over the batches. Every batch is a step.",
    ("            optimizer.zero_grad()\n", ""),
    ("            optimizer.step()\n", ""),
    ("        total, count = 0.0, 0\n", "        total, count = 0.0, 0\n        optimizer.zero_grad()\n"),
    ("        history.append", "        optimizer.step()\n        history.append"),
)
mistake(
    "loss_of_the_last_batch",
    "Your history holds the loss of the last batch of each epoch. Asked is the mean over all examples of the epoch.",
    ("total / count", "loss.item()"),
)
mistake(
    "sum_of_the_losses",
    "Your history holds sums. The mean over the examples does not grow with their number.",
    ("total / count", "total"),
)
mistake(
    "total_over_all_epochs",
    "Your total goes on from epoch to epoch. It begins from zero in each.",
    ("        total, count = 0.0, 0\n", ""),
    ("    history = []\n", "    history = []\n    total, count = 0.0, 0\n"),
)
mistake(
    "smaller_batch_dropped",
    "You leave the last, smaller batch out.",
    ("for X, y in batches:", "for X, y in batches[:-1]:"),
)


# -------------------------------------------------------------------------------------------------- predict


def by_torch(p, gradients, **options):
    """Where torch.optim.SGD leads a parameter through these gradients: its value after each step."""
    import torch

    parameter = torch.tensor([p], dtype=torch.float64)
    optimizer = torch.optim.SGD([parameter], **options)
    path = []
    for g in gradients:
        parameter.grad = torch.tensor([g], dtype=torch.float64)
        optimizer.step()
        path.append(parameter.item())
    return path


def personal_data(rng: np.random.Generator, **options: list[float]) -> list[Case]:
    """Numbers that are easy to reckon with: the parameter, three gradients of mixed signs, and the options."""
    signs = rng.choice([[1, -1, 1], [1, 1, -1], [-1, 1, 1], [-1, -1, 1]])
    sizes = rng.permutation([2.0, 4.0, 6.0, 8.0, 12.0])[:3]
    return [
        {
            "p": float(rng.choice([-1, 1]) * rng.integers(2, 10)),
            "gradients": [float(g) for g in signs * sizes],
            "lr": 0.1,
            **{name: float(rng.choice(values)) for name, values in options.items()},
        }
    ]


predict_momentum = Question(
    name="torch-optim/predict-momentum",
    cases=lambda rng: personal_data(rng, momentum=[0.4, 0.6, 0.8]),
    reference=lambda p, gradients, lr, momentum: by_torch(p, gradients, lr=lr, momentum=momentum),
    reading="torch-optim#the-arguments-of-sgd",
    value=True,
    personal=True,
    # five digits, whether significant ones or places: 1.0000 may stand for 1.00005; also for who lets torch compute in float32
    rtol=5e-5,
    atol=1e-5,
    hints=[
        "Make a table: a line for each step, columns for the gradient, the buffer, and p.",
        "The buffer begins at the first gradient. From then on: momentum times the buffer, plus the new gradient, in full.",
        "p goes down by lr times the buffer.",
    ],
)


def with_momentum(p, gradients, lr, momentum):
    b, path = 0.0, []
    for g in gradients:
        b = momentum * b + g
        p = p - lr * b
        path.append(p)
    return path


mistake = mistakes_in(with_momentum, predict_momentum)
mistake("without_momentum", "These are the steps without momentum: each uses its own gradient only.", ("momentum * b + g", "g"))
mistake(
    "exponential_average",
    "You weight each gradient by 1 - momentum, an average. PyTorch adds the gradient to the buffer in full.",
    ("momentum * b + g", "momentum * b + (1 - momentum) * g"),
)
mistake(
    "average_after_the_first_step",
    "You weight the gradients after the first by 1 - momentum. Without dampening every gradient is added in full.",
    ("momentum * b + g", "momentum * b + (1 - momentum if path else 1) * g"),
)
mistake(
    "nesterov_step",
    "These are Nesterov's steps. nesterov is False unless you ask for it.",
    ("lr * b", "lr * (g + momentum * b)"),
)
mistake(
    "never_fades",
    "Your buffer is the plain sum of the gradients. Before a new one is added, it is multiplied by momentum.",
    ("momentum * b + g", "b + g"),
)
mistake(
    "gradient_fades_too",
    "You multiply the new gradient by momentum as well. Only the old buffer fades.",
    ("momentum * b + g", "momentum * (b + g)"),
)
mistake("ascent", "You go uphill: the step is subtracted.", ("p - lr", "p + lr"))
mistake("learning_rate_forgotten", "Your steps are not multiplied by the learning rate.", ("lr * b", "b"))
mistake(
    "only_the_last_value",
    "You give one number; asked are the values after each of the three steps.",
    ("return path", "return path[-1]"),
)
mistake(
    "start_included",
    "Your list begins with the value before the first step; asked are the three values after the steps.",
    ("0.0, []", "0.0, [p]"),
)

predict_dampening = Question(
    name="torch-optim/predict-dampening",
    cases=lambda rng: personal_data(rng, momentum=[0.5, 0.8], dampening=[0.25, 0.4, 0.6]),
    reference=lambda p, gradients, lr, momentum, dampening: by_torch(p, gradients, lr=lr, momentum=momentum, dampening=dampening),
    reading="torch-optim#the-arguments-of-sgd",
    value=True,
    personal=True,
    # five digits, whether significant ones or places: 1.0000 may stand for 1.00005; also for who lets torch compute in float32
    rtol=5e-5,
    atol=1e-5,
    hints=[
        "Use the table of the question before; only what is added to the buffer changes.",
        "What does PyTorch do when there is no buffer yet?",
    ],
)


def with_dampening(p, gradients, lr, momentum, dampening):
    b, path = 0.0, []
    for g in gradients:
        b = momentum * b + (1 - dampening) * g if path else g
        p = p - lr * b
        path.append(p)
    return path


mistake = mistakes_in(with_dampening, predict_dampening)
mistake(
    "dampened_from_the_first_step",
    "You dampen the first gradient, too. There is no buffer yet in the first step, so the buffer becomes the gradient itself, "
    "undampened.",
    (" if path else g", ""),
)
mistake("dampening_ignored", "These are the steps without dampening.", ("(1 - dampening) * g", "g"))
mistake(
    "dampening_is_the_weight",
    "You multiply the new gradient by dampening. That is the part taken away: 1 - dampening is left.",
    ("(1 - dampening) * g", "dampening * g"),
)
mistake(
    "dampening_of_the_buffer",
    "You dampen the buffer instead of the new gradient.",
    ("momentum * b + (1 - dampening) * g", "(1 - dampening) * momentum * b + g"),
)
mistake(
    "dampening_of_the_step",
    "You dampen the whole step. It is the gradient that is dampened, on its way into the buffer.",
    ("(1 - dampening) * g", "g"),
    ("lr * b", "lr * b * (1 - dampening if path else 1)"),
)
mistake(
    "weight_from_momentum",
    "You weight the new gradient by 1 - momentum. Its weight is 1 - dampening, a number of its own.",
    ("(1 - dampening) * g", "(1 - momentum) * g"),
)
mistake(
    "momentum_forgotten", "Your buffer does not remember: momentum times the old buffer is missing.", ("momentum * b + (1", "(1")
)

predict_weight_decay = Question(
    name="torch-optim/predict-weight-decay",
    cases=lambda rng: personal_data(rng, momentum=[0.5, 0.75], weight_decay=[0.5, 1.0, 2.0]),
    reference=lambda p, gradients, lr, momentum, weight_decay: by_torch(
        p, gradients, lr=lr, momentum=momentum, weight_decay=weight_decay
    ),
    reading="torch-optim#the-arguments-of-sgd",
    value=True,
    personal=True,
    # five digits, whether significant ones or places: 1.0000 may stand for 1.00005; also for who lets torch compute in float32
    rtol=5e-5,
    atol=1e-5,
    hints=[
        "weight_decay is the factor of a penalty p² / 2. What is the gradient of the penalty?",
        "It is added to the gradient before anything else happens, with the p of this step. So the buffer remembers it.",
    ],
)


def with_weight_decay(p, gradients, lr, momentum, weight_decay):
    b, path = 0.0, []
    for g in gradients:
        g = g + weight_decay * p
        b = momentum * b + g
        p = p - lr * b
        path.append(p)
    return path


mistake = mistakes_in(with_weight_decay, predict_weight_decay)
DECAY = "        g = g + weight_decay * p\n"
mistake("decay_ignored", "These are the steps without weight decay.", (DECAY, ""))
mistake(
    "decay_past_the_buffer",
    "You shrink p directly, past the buffer. That is the decoupled decay of AdamW; SGD adds the decay to the gradient, so that "
    "momentum remembers it.",
    (DECAY, ""),
    ("lr * b", "lr * (b + weight_decay * p)"),
)
mistake(
    "decay_with_factor_two",
    "Your decay is twice too strong: PyTorch's penalty carries a factor 1/2, which cancels the 2 of the derivative.",
    (DECAY, DECAY.replace("+", "+ 2 *")),
)
mistake(
    "decay_of_the_wrong_sign",
    "Your decay pushes p away from zero. The gradient of the penalty is added, and the step subtracts it.",
    (DECAY, DECAY.replace("+", "-")),
)
mistake(
    "decay_of_the_start",
    "Your decay always uses the first value of p. It uses the p of the step.",
    (DECAY, DECAY.replace("* p", "* start")),
    ("b, path = 0.0", "start, b, path = p, 0.0"),
)
mistake(
    "decay_of_the_gradient",
    "You shrink the gradient. The decay pulls on p: weight_decay times p is added to the gradient.",
    (DECAY, "        g = g - weight_decay * g\n"),
)
mistake(
    "decay_without_p",
    "You add weight_decay itself to the gradient. The pull is in proportion to p.",
    (DECAY, DECAY.replace(" * p", "")),
)
mistake(
    "decay_without_the_rate",
    "Your decay is not multiplied by the learning rate. It is part of the gradient, so the rate applies to it.",
    (DECAY, ""),
    ("p - lr * b", "p - lr * b - weight_decay * p"),
)
mistake("momentum_forgotten", "Your steps have no momentum.", ("momentum * b + g", "g"))


# ------------------------------------------------------------------------------------------------- settings

NAMES = ("SGD", "Adagrad", "RMSprop", "Adam", "AdamW")


@torch_cases
def settings_cases(rng: np.random.Generator) -> list[Case]:
    return [
        {
            "name": name,
            "params": [rng.normal(0, 2, 3), rng.normal(0, 2, (2, 1))],
            "lr": float(rng.uniform(0.05, 0.2)),
            "memory": float(rng.uniform(0.5, 0.8)),
            "weight_decay": float(rng.uniform(0.1, 0.5)),
            "gradients": [[rng.normal(size=3), rng.normal(size=(2, 1))] for _ in range(5)],
        }
        for name in NAMES
    ]


def drive_settings(answer: Callable, case: Case) -> Any:
    import torch

    params = [torch.nn.Parameter(tensor) for tensor in tensors(*[array.copy() for array in case["params"]])]
    optimizer = answer(case["name"], params, case["lr"], case["memory"], case["weight_decay"])
    if optimizer is None:
        return None
    require("an optimizer", isinstance(optimizer, torch.optim.Optimizer), optimizer)
    path = [[p.detach().numpy().copy() for p in params]]
    for gradients in case["gradients"]:
        for p, g in zip(params, tensors(*gradients), strict=True):
            p.grad = g.clone()
        optimizer.step()
        path.append([p.detach().numpy().copy() for p in params])
    moves = {f"params[{i}] after each step": np.array(steps) for i, steps in enumerate(zip(*path, strict=True))}
    return {"class": type(optimizer).__name__} | moves


def make_optimizer(name, params, lr, memory, weight_decay):
    import torch

    if name == "SGD":
        return torch.optim.SGD(params, lr, momentum=memory, weight_decay=weight_decay)
    if name == "Adagrad":
        return torch.optim.Adagrad(params, lr, weight_decay=weight_decay)
    if name == "RMSprop":
        return torch.optim.RMSprop(params, lr, alpha=memory, weight_decay=weight_decay)
    decay = weight_decay
    if name == "Adam":
        return torch.optim.Adam(params, lr, betas=(memory, 0.999), weight_decay=decay)
    return torch.optim.AdamW(params, lr, betas=(memory, 0.999), weight_decay=decay)


settings = Question(
    name="torch-optim/settings",
    cases=settings_cases,
    reference=lambda *arguments: make_optimizer(*arguments),
    observe=drive_settings,
    forbidden=FORBIDDEN,
    reading="torch-optim#common-arguments",
    hints=[
        "Look up the signatures: help(torch.optim.RMSprop), and so on. Which argument is the weight of the past, and the past "
        "of what?",
        "RMSprop has both alpha and momentum. Which of the two belongs to the average of the squares?",
        "Adam and AdamW have no argument momentum; the weights of their two averages are the pair betas.",
    ],
)

mistake = mistakes_in(make_optimizer, settings)
ADAM, ADAMW = "torch.optim.Adam(params, lr, betas=(memory, 0.999)", "torch.optim.AdamW(params, lr, betas=(memory, 0.999)"
mistake(
    "momentum_for_adam",
    "You give Adam or AdamW an argument momentum, which they do not have: momentum belongs to SGD and RMSprop. What plays its "
    "part in Adam?",
    (ADAM, "torch.optim.Adam(params, lr, momentum=memory"),
    (ADAMW, "torch.optim.AdamW(params, lr, momentum=memory"),
)
mistake(
    "betas_swapped",
    "You have the betas the wrong way round: the first is the weight of the past of the gradient, the second of its square.",
    (ADAM, ADAM.replace("memory, 0.999", "0.999, memory")),
    (ADAMW, ADAMW.replace("memory, 0.999", "0.999, memory")),
)
mistake(
    "memory_in_the_second_average",
    "You set the memory of Adam's second average, that of the squares. Asked is the first.",
    (ADAM, ADAM.replace("memory, 0.999", "0.9, memory")),
    (ADAMW, ADAMW.replace("memory, 0.999", "0.9, memory")),
)
mistake(
    "both_betas",
    "You set both of Adam's averages to the same memory; the second keeps its default, 0.999.",
    (ADAM, ADAM.replace("0.999", "memory")),
    (ADAMW, ADAMW.replace("0.999", "memory")),
)
mistake(
    "betas_left_at_their_default",
    "Your Adam and AdamW keep their default memory, 0.9.",
    (ADAM, "torch.optim.Adam(params, lr"),
    (ADAMW, "torch.optim.AdamW(params, lr"),
)
mistake(
    "adam_for_adamw",
    "You return Adam where AdamW is asked for. In Adam, weight_decay is an L2 penalty, added to the gradient.",
    (ADAMW, ADAM),
)
mistake(
    "adamw_for_adam",
    "You return AdamW where Adam is asked for. In AdamW, the decay does not enter the gradient.",
    (ADAM, ADAMW),
)
mistake(
    "momentum_for_rmsprop",
    "You set RMSprop's momentum, a buffer of its own. The memory of its average of squares is another argument.",
    ("alpha=memory", "momentum=memory"),
)
mistake("alpha_left_at_its_default", "Your RMSprop keeps its default memory, 0.99.", ("alpha=memory, ", ""))
mistake(
    "dampening_for_momentum",
    "You set SGD's dampening as well. It is rarely used, and not asked for: momentum alone is the memory.",
    ("momentum=memory", "momentum=memory, dampening=memory"),
)
mistake(
    "nesterov_for_momentum",
    "You set nesterov for SGD, which changes the step. Asked is classical momentum.",
    ("momentum=memory", "momentum=memory, nesterov=True"),
)
mistake(
    "rate_left_at_its_default",
    "Your optimizers use their default learning rates.",
    ("SGD(params, lr", "SGD(params"),
    ("Adagrad(params, lr", "Adagrad(params"),
    ("RMSprop(params, lr", "RMSprop(params"),
    ("Adam(params, lr", "Adam(params"),
    ("AdamW(params, lr", "AdamW(params"),
)
mistake(
    "decay_forgotten",
    "Your optimizers have no weight decay, or the one that is their default. AdamW's default is 0.01, that of the others 0.",
    ("momentum=memory, weight_decay=weight_decay", "momentum=memory"),
    ("lr, weight_decay=weight_decay", "lr"),
    ("alpha=memory, weight_decay=weight_decay", "alpha=memory"),
    (ADAM + ", weight_decay=decay", ADAM),
    (ADAMW + ", weight_decay=decay", ADAMW),
)


# --------------------------------------------------------------------------------------------------- groups


@torch_cases
def groups_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for sizes in ((2, 3, 1), (1, 2, 2, 1), (3, 2, 2, 2, 1)):
        lr, decay = float(rng.uniform(1e-3, 1e-2)), float(rng.uniform(0.05, 0.3))
        cases.append(
            {"weights": weights(rng, *sizes), "lr": lr, "head_lr": lr * float(rng.uniform(2, 20)), "weight_decay": decay}
        )
    return cases


def drive_groups(answer: Callable, case: Case) -> Any:
    """Which options each parameter of the model gets, however they are grouped."""
    import torch

    model = network(case["weights"])
    optimizer = answer(model, case["lr"], case["head_lr"], case["weight_decay"])
    if optimizer is None:
        return None
    require("an optimizer", isinstance(optimizer, torch.optim.Optimizer), optimizer)
    options = {
        id(p): {"lr": group["lr"], "weight_decay": group["weight_decay"]}
        for group in optimizer.param_groups
        for p in group["params"]
    }
    named = {f"model {name}": id(p) for name, p in model.named_parameters()}
    return {
        "class": type(optimizer).__name__,
        "parameters in no group": [name for name, p in named.items() if p not in options],
        "parameters that are not the model's": len(options.keys() - named.values()),
    } | {name: options.get(p) for name, p in named.items()}


def make_groups(model, lr, head_lr, weight_decay):
    import torch

    head = [id(p) for p in model[-1].parameters()]
    groups = []
    for name, p in model.named_parameters():
        is_head, is_bias = id(p) in head, name.endswith("bias")
        group = {"params": [p], "lr": head_lr if is_head else lr}
        group["weight_decay"] = 0.0 if is_bias else weight_decay
        groups.append(group)
    return torch.optim.AdamW(groups)


groups = Question(
    name="torch-optim/groups",
    cases=groups_cases,
    reference=lambda *arguments: make_groups(*arguments),
    observe=drive_groups,
    forbidden=FORBIDDEN,
    reading="torch-optim#parameter-groups",
    hints=[
        "model.named_parameters() gives names like '0.weight' and '2.bias'; model[-1] is the last layer.",
        "There are four kinds of parameters: weights and biases, in the head and below. A group for each kind will do, or one "
        "for each parameter.",
        "What a group leaves out comes from the optimizer's arguments, and from their defaults. What is AdamW's default "
        "weight_decay?",
    ],
)

mistake = mistakes_in(make_groups, groups)
DECAYS, RATES = "0.0 if is_bias else weight_decay", "head_lr if is_head else lr"
mistake(
    "decay_on_everything",
    "Your biases decay like the weights. They need a group whose weight_decay is 0.",
    (DECAYS, "weight_decay"),
)
mistake(
    "default_decay_on_the_biases",
    "Your biases decay by 0.01: a group that says nothing of weight_decay takes AdamW's default, which is not 0.",
    (DECAYS, "0.01 if is_bias else weight_decay"),
)
mistake(
    "decay_on_the_biases_alone",
    "You have it the wrong way round: the weights decay, the biases do not.",
    (DECAYS, "weight_decay if is_bias else 0.0"),
)
mistake("no_decay_at_all", "Nothing decays. The weights should.", (DECAYS, "0.0"))
mistake("default_decay_everywhere", "Everything decays by 0.01, AdamW's default.", (DECAYS, "0.01"))
mistake(
    "biases_in_no_group",
    "Your biases are in no group, so they will never be trained. No decay is a group with weight_decay=0, not no group.",
    ("        groups.append(group)", "        if not is_bias:\n            groups.append(group)"),
)
mistake("head_rate_everywhere", "All parameters have the head's learning rate.", (RATES, "head_lr"))
mistake("head_rate_nowhere", "The head has the same learning rate as the layers below.", (RATES, "lr"))
mistake(
    "rates_swapped",
    "You have the rates the wrong way round: head_lr is for the last layer.",
    (RATES, "lr if is_head else head_lr"),
)
mistake(
    "head_rate_without_its_bias",
    "The head's bias has the learning rate of the layers below. It belongs to the head.",
    (RATES, "head_lr if is_head and not is_bias else lr"),
)
mistake(
    "head_without_decay",
    "The head's weights do not decay. Only biases are left out.",
    (DECAYS, "0.0 if is_bias or is_head else weight_decay"),
)
mistake(
    "only_the_head",
    "Only the head is in the optimizer, so the layers below will never be trained.",
    ("        groups.append(group)", "        if is_head:\n            groups.append(group)"),
)
mistake(
    "first_layer_for_head",
    "You took the first layer for the head. The head is the last layer, the one that gives the output.",
    ("model[-1]", "model[0]"),
)
mistake(
    "rates_multiplied",
    "The head's learning rate is not head_lr: is it multiplied or divided by lr?",
    (RATES, "lr * head_lr if is_head else lr"),
)
mistake("sgd_for_adamw", "The groups are right, but the optimizer is SGD. Asked is AdamW.", ("AdamW(groups)", "SGD(groups)"))


# ----------------------------------------------------------------------------------------------- accumulate


@torch_cases
def accumulate_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    # the last group is complete, one batch short, a single batch
    for count, k, d in ((4, 2, 1), (5, 3, 2), (7, 3, 2)):
        batches = [data(rng, 2, d) for _ in range(count)]
        lr, momentum = float(rng.uniform(0.02, 0.1)), float(rng.uniform(0.3, 0.9))
        cases.append({"weights": weights(rng, d, 3, 1), "lr": lr, "momentum": momentum, "batches": batches, "k": k})
    return cases


def drive_accumulate(answer: Callable, case: Case) -> dict[str, Any]:
    import torch

    model = network(case["weights"])
    optimizer = torch.optim.SGD(model.parameters(), lr=case["lr"], momentum=case["momentum"])
    batches = [tuple(tensors(X, y)) for X, y in case["batches"]]
    with quiet():
        result = answer(model, torch.nn.MSELoss(), optimizer, batches, case["k"])
    return losses(result) | weights_of(model)


def train_epoch(model, loss_fn, optimizer, batches, k):
    losses = []
    for start in range(0, len(batches), k):
        group = batches[start : start + k]
        optimizer.zero_grad()
        total = 0.0
        for X, y in group:
            loss = loss_fn(model(X), y)
            (loss / len(group)).backward()
            total += loss.item()
        optimizer.step()
        losses.append(total / len(group))
    return losses


accumulate = Question(
    name="torch-optim/accumulate",
    cases=accumulate_cases,
    reference=lambda *arguments: train_epoch(*arguments),
    observe=drive_accumulate,
    forbidden=FORBIDDEN,
    reading="torch-optim#gradient-accumulation",
    hints=[
        "That backward adds to the gradients is for once what you want. Where do zero_grad and step go?",
        "Cut the list of batches into groups first: batches[start:start + k]. The last slice may be shorter.",
        "The gradient should be the mean over the group, but backward adds up. What is to be divided, and by how many?",
    ],
)

mistake = mistakes_in(train_epoch, accumulate)
BACKWARD = "(loss / len(group)).backward()"
mistake(
    "not_divided",
    "Your gradient is the sum over the batches of a group. The loss of a large batch is a mean, so each small loss is divided "
    "by their number before backward.",
    (BACKWARD, "loss.backward()"),
)
mistake(
    "last_group_divided_by_k",
    "In the last group, which has fewer than k batches, you divide by k all the same. Divide by as many as there are.",
    (BACKWARD, "(loss / k).backward()"),
)
mistake(
    "last_group_divided_by_k_throughout",
    "In the last group, which has fewer than k batches, you divide by k all the same, gradient and loss. Divide by as many as "
    "there are.",
    (BACKWARD, "(loss / k).backward()"),
    ("total / len(group)", "total / k"),
)
mistake(
    "last_group_dropped",
    "The batches after the last complete group make no step in your function. They make one of their own.",
    ("range(0, len(batches), k)", "range(0, len(batches) - k + 1, k)"),
)
mistake(
    "cleared_for_every_batch",
    "You clear the gradients before every batch, so only the last batch of a group counts. Clear them once a group.",
    ("        optimizer.zero_grad()\n", ""),
    ("            loss = loss_fn", "            optimizer.zero_grad()\n            loss = loss_fn"),
)
mistake(
    "never_cleared",
    "You never clear the gradients, so those of all groups before add up as well.",
    ("        optimizer.zero_grad()\n", ""),
)
mistake(
    "step_for_every_batch",
    "You make a step after every batch. The point is one step a group, with the gradients of all its batches.",
    (
        "            total += loss.item()\n        optimizer.step()",
        "            total += loss.item()\n            optimizer.step()",
    ),
)
mistake(
    "first_group_is_one_batch",
    "Your first step comes after the first batch already. With batches counted from 0, a group is complete after batch k - 1.",
    ("range(0, len(batches), k)", "range(1 - k, len(batches), k)"),
    ("batches[start : start + k]", "batches[max(start, 0) : start + k]"),
)
mistake(
    "loss_of_the_last_batch",
    "Your losses are those of the last batch of each group; asked is the mean over the group.",
    ("total / len(group)", "loss.item()"),
)
mistake("sum_of_the_losses", "Your losses are sums over the group; asked is the mean.", ("total / len(group)", "total"))
mistake(
    "losses_are_tensors",
    "Your losses are tensors, which hold on to the graphs of their group. Take the numbers out with .item().",
    ("loss.item()", "loss"),
)
mistake(
    "loss_divided_twice",
    "Your losses are divided by the size of the group twice: the loss for backward is divided already.",
    ("loss = loss_fn(model(X), y)", "loss = loss_fn(model(X), y) / len(group)"),
    (BACKWARD, "loss.backward()"),
)


# -------------------------------------------------------------------------------------------------- closure


@torch_cases
def closure_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, d, steps in ((6, 1, 2), (8, 2, 3), (5, 2, 1)):
        X, y = data(rng, n, d)
        cases.append({"weights": weights(rng, d, 2, 1), "X": X, "y": y, "lr": float(rng.uniform(0.1, 0.4)), "steps": steps})
    return cases


class StepWithoutClosure(TypeError):
    """step() was called without the function that L-BFGS needs."""


class ClosureWithoutLoss(TypeError):
    """The closure returned None."""


def drive_closure(answer: Callable, case: Case) -> dict[str, Any]:
    import torch

    model = network(case["weights"])
    try:
        with quiet():
            result = answer(model, torch.nn.MSELoss(), *tensors(case["X"], case["y"]), case["lr"], case["steps"])
    except TypeError as error:
        # two mistakes end in the same kind of error
        named = {"'closure'": StepWithoutClosure, "'NoneType'": ClosureWithoutLoss}
        kind = next((kind for word, kind in named.items() if word in str(error)), None)
        if kind is None:
            raise
        raise kind(str(error)).with_traceback(error.__traceback__) from None
    return losses(result) | weights_of(model)


def train_with_lbfgs(model, loss_fn, X, y, lr, steps):
    import torch

    optimizer = torch.optim.LBFGS(model.parameters(), lr=lr, max_iter=5)

    def closure():
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        return loss

    losses = []
    for step in range(steps):
        loss = optimizer.step(closure)
        losses.append(loss.item())
    return losses


closure = Question(
    name="torch-optim/closure",
    cases=closure_cases,
    reference=lambda *arguments: train_with_lbfgs(*arguments),
    observe=drive_closure,
    forbidden=FORBIDDEN,
    reading="torch-optim#closures",
    rtol=1e-6,
    hints=[
        "A closure is a function without arguments that the optimizer may call as often as it likes. What must happen at each "
        "call?",
        "Three of the four steps of the usual loop go into it: all but step. It returns the loss.",
        "step(closure) is given the function itself, not what it returns, and returns the loss of the closure's first call.",
    ],
)

mistake = mistakes_in(train_with_lbfgs, closure)
mistake(
    "step_without_closure",
    "You call step() as with the other optimizers. L-BFGS evaluates the loss at several points in one step, so it needs a "
    "function that does it: step(closure).",
    ("        loss = optimizer.step(closure)", "        loss = closure()\n        optimizer.step()"),
)
mistake(
    "closure_without_loss",
    "Your closure returns nothing. The optimizer needs the loss it has computed.",
    ("        return loss\n", ""),
)
mistake(
    "zero_grad_missing",
    "Your closure does not clear the gradients, or they are cleared outside of it, once a step. The closure is called several "
    "times in a step, and backward adds up.",
    ("        optimizer.zero_grad()\n", ""),
    ("        loss = optimizer.step(closure)", "        optimizer.zero_grad()\n        loss = optimizer.step(closure)"),
)
mistake(
    "zero_grad_nowhere",
    "The gradients are never cleared, so those of all evaluations add up. Clear them in the closure.",
    ("        optimizer.zero_grad()\n", ""),
)
mistake(
    "backward_missing",
    "Your closure computes the loss, but no gradients, so the optimizer has nothing to go by.",
    ("        loss.backward()\n", ""),
)
mistake(
    "loss_computed_outside",
    "You compute the loss outside of the closure. It must be computed anew at each call, where the parameters then are.",
    ("        loss = loss_fn(model(X), y)\n        loss.backward()", "        loss = outside\n        loss.backward()"),
    ("    for step in range(steps):\n", "    for step in range(steps):\n        outside = loss_fn(model(X), y)\n"),
)
mistake(
    "history_forgotten",
    "You create the optimizer in every step. L-BFGS learns the curvature from the steps before, and a new one knows nothing of "
    "them.",
    (
        "    for step in range(steps):\n",
        "    for step in range(steps):\n        optimizer = torch.optim.LBFGS(model.parameters(), lr=lr, max_iter=5)\n",
    ),
)
mistake(
    "iterations_left_at_their_default",
    "Your optimizer makes up to 20 iterations in a step, the default; asked are 5.",
    (", max_iter=5", ""),
)
mistake("rate_left_at_its_default", "Your optimizer uses its default learning rate, 1.", ("lr=lr, ", ""))
mistake(
    "losses_are_tensors",
    "Your losses are tensors. step returns what the closure returned; take the numbers out with .item().",
    ("loss.item()", "loss"),
)
mistake(
    "loss_after_the_step",
    "Your losses are those after each step. step returns the loss at its beginning, which is asked for.",
    ("losses.append(loss.item())", "losses.append(loss_fn(model(X), y).item())"),
)


# --------------------------------------------------------------------------------------------------- resume


@torch_cases
def resume_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for name, killed_after, epochs in (("SGD", 1, 3), ("Adam", 2, 4)):
        X, y = data(rng, 5, 2)
        cases.append(
            {
                "weights": weights(rng, 2, 1),
                "weights of the second run": weights(rng, 2, 1),
                "optimizer": name,
                "lr": float(rng.uniform(0.02, 0.1)),
                "X": X,
                "y": y,
                "killed after": killed_after,
                "epochs": epochs,
            }
        )
    return cases


class Killed(Exception):
    """The first run ends here."""


class CheckpointRefused(Exception):
    """The file holds objects that torch.load does not accept."""


def drive_resume(answer: Callable, case: Case) -> dict[str, Any] | None:
    """Kill a run in the middle of an epoch, and run it again with a new model and a new optimizer."""
    import torch

    def run(arrays: list, path: str, epochs: int, killed_after: int | None = None) -> tuple[Any, Any]:
        model, evaluations = network(arrays), itertools.count()

        def loss_fn(prediction: Any, target: Any) -> Any:
            if next(evaluations) == killed_after:
                raise Killed("the process was killed")
            return torch.nn.functional.mse_loss(prediction, target)

        options = {"SGD": {"momentum": 0.9}, "Adam": {}}[case["optimizer"]]
        optimizer = getattr(torch.optim, case["optimizer"])(model.parameters(), lr=case["lr"], **options)
        try:
            return answer(model, loss_fn, optimizer, *tensors(case["X"], case["y"]), epochs, path), model
        except pickle.UnpicklingError as error:
            # torch's own message advises to trust the file, in several lines
            refused = CheckpointRefused("torch.load accepts tensors, numbers and containers")
            raise refused.with_traceback(error.__traceback__) from None

    with tempfile.TemporaryDirectory() as folder, quiet():
        path = str(Path(folder) / "checkpoint.pt")
        try:
            first, _ = run(case["weights"], path, case["killed after"] + 1, case["killed after"])
        except Killed:
            saved = Path(path).exists()
        else:
            if first is None:
                return None
            raise RuntimeError("the first run should have called loss_fn once an epoch, but was done before it was killed")
        result, model = run(case["weights of the second run"], path, case["epochs"])
    return {"a file was saved": saved} | losses(result) | weights_of(model)


def train_resumably(model, loss_fn, optimizer, X, y, epochs, path):
    import os

    import torch

    done = 0
    if os.path.exists(path):
        checkpoint = torch.load(path)
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        done = checkpoint["epoch"]
    losses = []
    for epoch in range(done, epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch + 1}, path)
    return losses


resume = Question(
    name="torch-optim/resume",
    cases=resume_cases,
    reference=lambda *arguments: train_resumably(*arguments),
    observe=drive_resume,
    forbidden=FORBIDDEN,
    reading="torch-optim#saving-and-resuming",
    hints=[
        "Three things make up the state of a run: the weights, what the optimizer remembers, and how many epochs are done.",
        "torch.save({...}, path) after each epoch; at the beginning, if os.path.exists(path), torch.load(path) and "
        "load_state_dict on both.",
        "After epoch number 0 one epoch is done. From where does range have to go on?",
    ],
)

mistake = mistakes_in(train_resumably, resume)
SAVE = '        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch + 1}, path)\n'
mistake(
    "optimizer_not_restored",
    "The second run continues with the right weights, but its optimizer has forgotten everything: momentum, or Adam's averages. "
    "Save and load its state_dict, too.",
    ('        optimizer.load_state_dict(checkpoint["optimizer"])\n', ""),
)
mistake(
    "model_not_restored",
    "The second run continues with the weights of its new model. Load the saved ones into it.",
    ('        model.load_state_dict(checkpoint["model"])\n', ""),
)
mistake(
    "epochs_not_restored",
    "The second run makes all epochs again, on top of those that were done. How many are done belongs into the checkpoint, and "
    "`epochs` counts them.",
    ('        done = checkpoint["epoch"]\n', ""),
)
mistake(
    "one_epoch_repeated",
    "The second run makes the last epoch of the first again. After epoch number 0, one epoch is done.",
    ('"epoch": epoch + 1', '"epoch": epoch'),
)
mistake(
    "one_epoch_skipped",
    "The second run leaves an epoch out. Count what is done: the next epoch has just that number.",
    ('"epoch": epoch + 1', '"epoch": epoch + 2'),
)
mistake(
    "saved_before_the_step",
    "You save before the step is made, but count its epoch as done: the checkpoint lacks the last step.",
    (SAVE, ""),
    ("        optimizer.step()\n", SAVE + "        optimizer.step()\n"),
)
mistake(
    "saved_only_at_the_end",
    "You save when all epochs are done. The first run was killed before that, and nothing was left of it. Save after every "
    "epoch.",
    (SAVE, SAVE.replace("        torch", "    torch").replace("epoch + 1", "epochs")),
)
mistake(
    "never_loaded",
    "You save, but never load: the second run begins from the start.",
    ("if os.path.exists(path):", "if False:"),
)
mistake(
    "loaded_into_another_model",
    "You load the weights into a model of your own, or a copy. The optimizer holds the parameters of the model that was given "
    "to you: load into that one.",
    (
        'model.load_state_dict(checkpoint["model"])',
        'import copy\n\n        model = copy.deepcopy(model)\n        model.load_state_dict(checkpoint["model"])',
    ),
)
WEIGHTS = '        model.load_state_dict(checkpoint["model"])\n        optimizer.load_state_dict(checkpoint["optimizer"])\n'
mistake(
    "whole_objects_saved",
    "Your file holds the model or the optimizer itself, and torch.load refuses it: loading such an object could run any code. Save what "
    "their state_dict() gives, which is tensors, numbers and dicts.",
    ("model.state_dict()", "model"),
    ("optimizer.state_dict()", "optimizer"),
    (WEIGHTS, '        model, optimizer = checkpoint["model"], checkpoint["optimizer"]\n'),
)
mistake(
    "objects_replaced",
    "Your second run goes on with a model and an optimizer from the file. Whoever called it still holds the model that was given, and that one "
    "was not trained: load the states into what was given.",
    ("model.state_dict()", "model"),
    ("optimizer.state_dict()", "optimizer"),
    ("torch.load(path)", "torch.load(path, weights_only=False)"),
    (WEIGHTS, '        model, optimizer = checkpoint["model"], checkpoint["optimizer"]\n'),
)
mistake(
    "t_not_saved",
    "Your Adam continues with the right averages, but counts its steps from zero, so they are corrected as if they had just "
    "begun. Load the optimizer's whole state_dict.",
    (
        '        optimizer.load_state_dict(checkpoint["optimizer"])\n',
        '        optimizer.load_state_dict(checkpoint["optimizer"])\n'
        "        for state in optimizer.state.values():\n"
        '            if "step" in state:\n'
        '                state["step"] = torch.zeros_like(state["step"])\n',
    ),
)
mistake(
    "losses_are_tensors",
    "Your losses are tensors. Take the numbers out with .item().",
    ("loss.item()", "loss"),
)


# ------------------------------------------------------------------------------------------------- complete


@torch_cases
def complete_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, epochs in ((12, 5), (3, 2), (20, 4)):
        x = 10 * rng.normal(size=n)
        y = rng.uniform(1, 3) * x + rng.uniform(0.5, 2) + 2 * rng.normal(size=n)
        cases.append({"x": x, "y": y, "lr": float(rng.uniform(5e-4, 1.5e-3)), "epochs": epochs})
    return cases


def drive_complete(answer: Callable, case: Case) -> Any:
    import torch

    # weights that are left as they begin are then known, and can be told from others
    with quiet(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        result = answer(case["x"], case["y"], case["lr"], case["epochs"])
    if result is None:
        return None
    require("a tuple (w, b, losses, prediction)", isinstance(result, (tuple, list)) and len(result) == 4, result)
    w, b, history, prediction = result
    return {"w": plain(w), "b": plain(b), **losses(history), "the prediction at x = 10": plain(prediction)}


def fit_line(x, y, lr, epochs):
    import torch

    X = torch.tensor(x, dtype=torch.float32).reshape(-1, 1)
    y = torch.tensor(y, dtype=torch.float32).reshape(-1, 1)
    model = torch.nn.Linear(1, 1)
    torch.nn.init.zeros_(model.weight)
    torch.nn.init.zeros_(model.bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    prediction = model(torch.tensor([[10.0]])).item()
    return model.weight.item(), model.bias.item(), losses, prediction


complete = Question(
    name="torch-optim/complete",
    cases=complete_cases,
    reference=lambda *arguments: fit_line(*arguments),
    observe=drive_complete,
    forbidden=FORBIDDEN,
    reading="torch-optim#a-complete-example",
    # float32, torch's default, serves as well as float64
    rtol=2e-4,
    atol=1e-5,
    hints=[
        "nn.Linear(1, 1) takes an array of shape (n, 1) and gives one of shape (n, 1). What shape must y have, then?",
        "NumPy gives float64, nn.Linear has float32: choose one, with dtype=torch.float32 or with .double().",
        "torch.nn.init.zeros_(model.weight) sets the weight to zero. Then the loop of question 1.",
    ],
)

mistake = mistakes_in(fit_line, complete)
TARGET = "y = torch.tensor(y, dtype=torch.float32).reshape(-1, 1)"
mistake(
    "shapes_broadcast",
    "Your predictions have shape (n, 1) and your targets (n,). The loss then compares every prediction with every target, an "
    "(n, n) table, and torch only warns.",
    (TARGET, TARGET.replace(".reshape(-1, 1)", "")),
)
mistake(
    "zero_grad_missing",
    "Your gradients are never cleared, so each step goes along the sum of all gradients so far.",
    ("        optimizer.zero_grad()\n", ""),
)
mistake(
    "one_step_for_each_example",
    "You make a step for every example. Here an epoch is one step on all of them.",
    ("        losses.append(loss.item())\n", ""),
    (
        "        optimizer.zero_grad()\n        loss = ",
        "        losses.append(torch.nn.functional.mse_loss(model(X), y).item())\n"
        "        for row, target in zip(X, y):\n"
        "            optimizer.zero_grad()\n"
        "            loss = ",
    ),
    (
        "mse_loss(model(X), y)\n        loss.backward()\n        optimizer.step()",
        "mse_loss(model(row), target)\n            loss.backward()\n            optimizer.step()",
    ),
)
mistake(
    "without_a_bias",
    "Your bias stays zero. nn.Linear(1, 1) has one, and it is trained along with the weight.",
    ("optimizer = torch.optim.SGD(model.parameters(), lr=lr)", "optimizer = torch.optim.SGD([model.weight], lr=lr)"),
)
mistake(
    "sum_of_the_squares",
    "Your loss is the sum of the squared errors; the mean squared error is their mean.",
    ("mse_loss(model(X), y)", "mse_loss(model(X), y, reduction='sum')"),
)
mistake(
    "loss_after_the_step",
    "Your losses are those after each step. Asked is the loss that the step was made from, so that the first is the loss of the "
    "untrained line.",
    ("losses.append(loss.item())", "losses.append(torch.nn.functional.mse_loss(model(X), y).item())"),
)
mistake(
    "losses_are_tensors",
    "Your losses are tensors, which hold on to their graphs. Take the numbers out with .item().",
    ("losses.append(loss.item())", "losses.append(loss)"),
)
mistake(
    "momentum_added",
    "Your SGD has momentum. Asked is SGD with its learning rate alone.",
    ("lr=lr)", "lr=lr, momentum=0.9)"),
)
WEIGHT, BIAS = "    torch.nn.init.zeros_(model.weight)\n", "    torch.nn.init.zeros_(model.bias)\n"
mistake(
    "random_start",
    "Your weight and bias begin at the random values that nn.Linear draws. Set both to zero before you train, so that everyone gets "
    "the same numbers.",
    (WEIGHT, ""),
    (BIAS, ""),
)
mistake(
    "random_bias",
    "Your bias begins at the random value that nn.Linear draws. Set both to zero before you train, the weight and the bias.",
    (BIAS, ""),
)
mistake(
    "random_weight",
    "Your weight begins at the random value that nn.Linear draws. Set both to zero before you train, the weight and the bias.",
    (WEIGHT, ""),
)
mistake(
    "prediction_before_the_training",
    "Your prediction is that of the untrained line.",
    ("    losses = []\n", "    losses = []\n    prediction = model(torch.tensor([[10.0]])).item()\n"),
    ("    prediction = model(torch.tensor([[10.0]])).item()\n    return", "    return"),
)
mistake(
    "prediction_without_the_bias",
    "Your prediction leaves the bias out. Call the model instead of multiplying yourself.",
    ("prediction = model(torch.tensor([[10.0]])).item()", "prediction = 10 * model.weight.item()"),
)
mistake(
    "inputs_and_targets_swapped",
    "You predict x from y.",
    ("mse_loss(model(X), y)", "mse_loss(model(y), X)"),
)


def by_hand(x, y, lr, epochs):
    import torch

    x, y = torch.tensor(x), torch.tensor(y)
    w, b = (torch.zeros(1, dtype=torch.float64, requires_grad=True) for _ in range(2))
    losses = []
    for epoch in range(epochs):
        loss = ((w * x + b - y) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            w -= lr * w.grad
            b -= lr * b.grad
        w.grad.zero_()
        b.grad.zero_()
    return w.item(), b.item(), losses, (10 * w + b).item()


by_hand_mistake = mistakes_in(by_hand, complete)
IN_PLACE = "        with torch.no_grad():\n            w -= lr * w.grad\n            b -= lr * b.grad\n"
NEW, CLEARED = "        w = w - lr * w.grad\n        b = b - lr * b.grad\n", "        w.grad.zero_()\n        b.grad.zero_()\n"
RECORDED = (
    "w = w - lr * w.grad makes a new tensor, and torch records how it was computed: it is no parameter any more, so backward leaves its "
    "grad at None. Let an optimizer make the step, or change w in place inside torch.no_grad()."
)
by_hand_mistake("update_recorded", RECORDED, (IN_PLACE, NEW), (CLEARED, ""))
by_hand_mistake("update_recorded_then_cleared", RECORDED, (IN_PLACE, NEW))
by_hand_mistake(
    "update_that_forgets_to_require_gradients",
    "Inside torch.no_grad(), w = w - lr * w.grad makes a new tensor that requires no gradient, so the next backward finds nothing to "
    "do. Let an optimizer make the step, or change w in place with w -= ...",
    (IN_PLACE, IN_PLACE.replace("w -= lr", "w = w - lr").replace("b -= lr", "b = b - lr")),
    (CLEARED, ""),
)
by_hand_mistake(
    "update_of_a_leaf_in_place",
    "w -= lr * w.grad is itself a computation on a parameter, which torch does not let you record. Let an optimizer make the step, or "
    "put it inside torch.no_grad().",
    (IN_PLACE, IN_PLACE.replace("with torch.no_grad()", "if True")),
)

QUESTIONS = [
    loop,
    mend,
    predict_momentum,
    predict_dampening,
    predict_weight_decay,
    settings,
    groups,
    accumulate,
    closure,
    resume,
    complete,
]
