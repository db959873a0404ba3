"""Loss and gradient of a network that classifies."""

from __future__ import annotations

import numpy as np

from course_lib.autodiff import Tensor, cross_entropy
from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.validation import Array


def network_reference(layers, X, y):
    W1, b1, W2, b2 = parameters = [Tensor(layer, requires_grad=True) for layer in layers]
    loss = cross_entropy((Tensor(X) @ W1 + b1).relu() @ W2 + b2, y)
    loss.backward()
    return loss.item(), [parameter.grad for parameter in parameters]


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, inputs, units, classes, sure in ((6, 4, 5, 3, False), (1, 3, 4, 2, False), (8, 5, 3, 4, False), (5, 4, 4, 4, True)):
        layers: list[Array] = [rng.normal(size=shape) for shape in ((inputs, units), (units,), (units, classes), (classes,))]
        X, y = rng.normal(size=(n, inputs)), rng.integers(classes, size=n)
        if sure:
            # and wrong: exponentials overflow, and a probability is rounded to 0
            layers[3] = rng.permutation(1000.0 * np.arange(1, classes + 1))
            y[0] = np.argmin(layers[3])
        cases.append({"layers": layers, "X": X, "y": y})
    return cases


def network(layers, X, y):
    W1, b1, W2, b2 = layers
    hidden = np.maximum(0, X @ W1 + b1)
    scores = hidden @ W2 + b2
    scores = scores - scores.max(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    loss = -np.mean(log_p[np.arange(len(y)), y])
    d_scores = np.exp(log_p)
    d_scores[np.arange(len(y)), y] -= 1
    d_scores = d_scores / len(y)
    d_hidden = d_scores @ W2.T * (hidden > 0)
    return loss, [X.T @ d_hidden, d_hidden.sum(axis=0), hidden.T @ d_scores, d_scores.sum(axis=0)]


question = Question(
    cases=draw,
    reference=network_reference,
    forbidden=("course_lib.descent", "course_lib.problems", "sklearn"),
    rtol=1e-7,
    reading="backpropagation#a-linear-layer-and-relu",
    hints=[
        "Forward first, keeping what is needed on the way back: the hidden layer and the probabilities.",
        "The derivative of the loss by the scores is (probabilities - one-hot labels) / n. From there, go back layer by layer.",
        "Subtract the largest score of each row before taking exponentials, and work with logarithms of probabilities: "
        "nothing overflows, and log 0 does not arise.",
        "course_lib.autodiff or torch can do the way back for you: build the loss from tensors and call backward.",
    ],
)

mistake = mistakes_in(network, question)

mistake(
    "overflow",
    "Your exponentials overflow when scores are large: on one of these networks they are in the thousands. Subtract the "
    "largest score of each row first; that changes no probability.",
    ("    scores = scores - scores.max(axis=1, keepdims=True)\n", ""),
)

mistake(
    "logarithm_of_zero",
    "You take the logarithm of a probability that was rounded to 0. Compute the logarithm of the probability directly: the "
    "score minus the logarithm of the sum of exponentials.",
    (
        "log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))",
        "p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)\n    log_p = np.log(p)",
    ),
)

mistake(
    "clipped_probability",
    "You keep probabilities away from 0 before taking the logarithm, so an example that is very wrong has too small a loss. "
    "Compute the logarithm of the probability directly: the score minus the logarithm of the sum of exponentials.",
    (
        "log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))",
        "p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)",
    ),
    ("log_p[np.arange(len(y)), y])", "np.log(np.maximum(p[np.arange(len(y)), y], 1e-12)))"),
    ("np.exp(log_p)", "p.copy()"),
)

mistake(
    "sums_instead_of_means",
    "Your loss and gradient are sums over the examples; both are means.",
    ("-np.mean(log_p", "-np.sum(log_p"),
    ("    d_scores = d_scores / len(y)\n", ""),
)

mistake(
    "gradient_not_divided",
    "Your loss is a mean, but your gradient is a sum over the examples: divide it by their number as well.",
    ("    d_scores = d_scores / len(y)\n", ""),
)

mistake(
    "divided_by_all_scores",
    "You divide by the number of scores, n times the classes. The mean is over the n examples.",
    ("d_scores / len(y)", "d_scores / d_scores.size"),
)

mistake(
    "relu_forgotten_on_the_way_back",
    "On the way back ReLU is missing: a hidden unit that was 0 passes no gradient on.",
    (" * (hidden > 0)", ""),
)

mistake(
    "relu_forgotten",
    "Your hidden layer has no ReLU, so the network is a linear model.",
    ("np.maximum(0, X @ W1 + b1)", "X @ W1 + b1"),
    (" * (hidden > 0)", ""),
)

mistake(
    "hidden_values_instead_of_their_sign",
    "On the way back you multiply by the values of the hidden units. The derivative of ReLU is 1 where its input is positive, "
    "and 0 elsewhere.",
    ("(hidden > 0)", "hidden"),
)

mistake(
    "labels_not_subtracted",
    "The derivative of the loss by the scores is the probabilities minus 1 at the right class; the -1 is missing.",
    ("    d_scores[np.arange(len(y)), y] -= 1\n", ""),
)

mistake(
    "opposite_sign",
    "Your gradient has the opposite sign: labels minus probabilities instead of probabilities minus labels.",
    ("d_scores = d_scores / len(y)", "d_scores = -d_scores / len(y)"),
)

mistake(
    "biases_divided_twice",
    "You take the mean for the biases after dividing by n already: they are divided twice.",
    ("d_hidden.sum(axis=0)", "d_hidden.mean(axis=0)"),
    ("d_scores.sum(axis=0)", "d_scores.mean(axis=0)"),
)

mistake(
    "biases_not_summed",
    "Your gradients of the biases have a row for each example. A bias is shared by all examples: add them up.",
    ("d_hidden.sum(axis=0)", "d_hidden"),
    ("d_scores.sum(axis=0)", "d_scores"),
)

mistake(
    "weights_transposed",
    "Your gradients of the weights are transposed: each has the shape of the weights it belongs to.",
    ("X.T @ d_hidden", "d_hidden.T @ X"),
    ("hidden.T @ d_scores", "d_scores.T @ hidden"),
)

mistake(
    "first_layer_only_through_the_scores",
    "The order of your gradients is not that of the layers: return those of W1, b1, W2, b2.",
    (
        "[X.T @ d_hidden, d_hidden.sum(axis=0), hidden.T @ d_scores, d_scores.sum(axis=0)]",
        "[hidden.T @ d_scores, d_scores.sum(axis=0), X.T @ d_hidden, d_hidden.sum(axis=0)]",
    ),
)
