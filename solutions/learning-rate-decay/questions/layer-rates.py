"""Parameter groups whose rates fall from the last layer to the first."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.driving.schedules import observe_layer_rates


def draw(rng: np.random.Generator) -> list[Case]:
    return [
        {
            "layers": [[rng.normal(size=(2, 3)), rng.normal(size=3)] for _ in range(layers)],
            "lr": float(rng.uniform(0.1, 1)),
            "decay": float(rng.uniform(0.3, 0.9)),
        }
        for layers in (3, 1, 2, 5)
    ]


def groups(layers, lr, decay):
    return [{"params": layer, "lr": lr * decay**k} for k, layer in enumerate(reversed(layers))]


question = Question(
    cases=draw,
    reference=groups,
    observe=observe_layer_rates,
    forbidden=(),
    reading="learning-rate-decay#different-rates-for-different-layers",
    hints=[
        'A group is a dict {"params": [...], "lr": ...}. Make one for each layer.',
        "How many layers lie between layer k and the end? That is its exponent.",
    ],
)


@question.misconception
def first_layer_fastest(layers, lr, decay):
    """Your first layer has the largest rate. It is the last layer that gets the full rate; the nearer to the input, the
    smaller."""
    return [{"params": layer, "lr": lr * decay**k} for k, layer in enumerate(layers)]


@question.misconception
def last_layer_decayed(layers, lr, decay):
    """Your last layer is already slowed down: its exponent is 0."""
    return [{"params": layer, "lr": lr * decay ** (len(layers) - k)} for k, layer in enumerate(layers)]


@question.misconception
def biases_left_out(layers, lr, decay):
    """Your groups hold only the first parameter of each layer, its weights: the biases are in no group and are never trained."""
    return [{"params": layer[:1], "lr": lr * decay**k} for k, layer in enumerate(layers[::-1])]


@question.misconception
def same_rate_for_all(layers, lr, decay):
    """All your layers have the same rate."""
    return [{"params": layer, "lr": lr} for layer in layers]


@question.misconception
def rate_under_another_name(layers, lr, decay):
    """Your rates are never used: an optimizer looks for them under the key "lr", and where it finds none it takes its default."""
    return [{"params": layer, "learning_rate": lr * decay**k} for k, layer in enumerate(layers[::-1])]


@question.misconception
def falls_by_equal_amounts(layers, lr, decay):
    """Your rates fall by equal amounts from layer to layer. Each is `decay` times that of the layer above it."""
    return [{"params": layer, "lr": lr * max(0.0, 1 - k * (1 - decay))} for k, layer in enumerate(layers[::-1])]


@question.misconception
def counted_in_parameters(layers, lr, decay):
    """You take a step of `decay` from parameter to parameter, so the weights of a layer get another rate than its biases. A layer
    moves as one."""
    parameters = [p for layer in layers for p in layer]
    return [{"params": [p], "lr": lr * decay**k} for k, p in enumerate(reversed(parameters))]


@question.misconception
def last_layer_only(layers, lr, decay):
    """You train the last layer alone. The others are slower, not frozen."""
    return [{"params": layers[-1], "lr": lr}]


@question.misconception
def all_but_the_last_alike(layers, lr, decay):
    """All layers but the last have the same rate. The further from the end, the smaller it gets."""
    return [{"params": layer, "lr": lr if layer is layers[-1] else lr * decay} for layer in layers]
