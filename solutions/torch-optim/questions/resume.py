"""A training loop that saves its state and, after it was killed, goes on from there."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.torch_loops import drive_resume

from ._examples import data, weights


def draw(rng: np.random.Generator) -> list[Case]:
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


question = Question(
    cases=draw,
    reference=train_resumably,
    observe=drive_resume,
    forbidden=(),
    reading="torch-optim#saving-and-resuming",
    hints=[
        "Three things make up the state of a run: the weights, what the optimizer remembers, and how many epochs are done.",
        "torch.save({...}, path) after each epoch; at the beginning, if os.path.exists(path), torch.load(path) and "
        "load_state_dict on both.",
        "After epoch number 0 one epoch is done. From where does range have to go on?",
    ],
)

mistake = mistakes_in(train_resumably, question)
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
