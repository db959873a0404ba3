"""What the course was asked to cover, item by item: what the five sources treat, in our words, and where the course does.

The section of a chapter that covers an item is not here: each chapter says so itself, under `source_items` in its front matter.
`coverage.py` brings both together.
"""

from __future__ import annotations

from dataclasses import dataclass

PARTS = {
    "A": "Gradient descent",
    "B": "Stochastic gradient descent",
    "C": "Mini-batch",
    "D": "Comparing them",
    "E": "PyTorch and torch.optim",
    "F": "Learning-rate decay",
    "G": "What the sources get wrong",
}


@dataclass(frozen=True)
class Item:
    """One thing that a source treats.

    Attributes
    ----------
    title : str
        What it is, as MyST.
    sources : str
        Keys of the bibliography, with commas between.
    library : tuple of str
        Names in course_lib (without "course_lib.") that compute or show it.
    questions : tuple of str
        The exercise questions that practise it.
    unpractised : str
        Why no question does, if there is none.
    """

    title: str
    sources: str
    library: tuple[str, ...]
    questions: tuple[str, ...] = ()
    unpractised: str = ""


SISHIER, LIUER, TORCH, CHATGPT, COMPARE = (
    "sishier-sgd",
    "liuer-notes3",
    "torch-optim-zh",
    "regression2chatgpt-sgd",
    "gd-compare-zh",
)


def _by(*sources: str) -> str:
    return ",".join(sources)


ITEMS: dict[str, Item] = {
    # -- gradient descent
    "A1": Item("Trying every value, and why that does not scale", LIUER,
               ("descent.exhaustive_search",), ("gradient-descent/search",)),
    "A2": Item("Cost curve, gradient, learning rate, update", LIUER,
               ("plots.cost_curve", "descent.gradient_descent"), ("gradient-descent/cost", "gradient-descent/gradient")),
    "A3": Item("The general form, from a chosen start", COMPARE,
               ("descent.gradient_descent",), ("gradient-descent/gradient-descent",)),
    "A4": Item("Local and global minima, saddle points, convexity", LIUER,
               ("descent.classify_stationary_point", "problems.DoubleWell", "problems.Saddle"),
               ("gradient-descent/stationary-point",)),
    "A5": Item("What an epoch is", LIUER, ("trace.Trace",), ("stochastic-gradient-descent/passes",)),
    "A6": Item("Batch gradient descent: all examples, as a matrix product, and its price", LIUER,
               ("descent.batches.whole", "problems.LinearRegression"), ("gradient-descent/matrix-gradient",)),
    "A7": Item("Worked: a line through the origin, 199 points", LIUER,
               ("experiments.worked_examples.full_batch",), ("gradient-descent/until",)),
    "A8": Item("Worked: a line with an intercept, 5 points", SISHIER,
               ("experiments.worked_examples.line_with_intercept",), ("gradient-descent/train",)),
    "A9": Item("The gradient of a mean is the mean of the gradients", CHATGPT,
               ("problems.Problem",), ("gradient-descent/matrix-gradient",)),
    # -- stochastic gradient descent
    "B1": Item("One random example an update, in five steps", SISHIER,
               ("descent.stochastic_gradient_descent",), ("stochastic-gradient-descent/sgd",)),
    "B2": Item("The gradient of one example as an unbiased estimate", COMPARE,
               ("descent.batch_gradient_variance",),
               ("stochastic-gradient-descent/example-gradient", "stochastic-gradient-descent/bias")),
    "B3": Item("What it is good for: cheap updates, large data, noise that leaves saddles", _by(SISHIER, LIUER, CHATGPT),
               ("experiments.compare", "problems.Saddle"), ("stochastic-gradient-descent/gradient-noise",)),
    "B4": Item("What it costs: accuracy, linear convergence, idle hardware", _by(LIUER, COMPARE),
               ("descent.noise_floor",),
               ("stochastic-gradient-descent/noise-floor", "stochastic-gradient-descent/decreasing-rate")),
    "B5": Item("Worked: one example an update on the 199 points", LIUER,
               ("experiments.worked_examples.one_example",), ("stochastic-gradient-descent/sgd",)),
    "B6": Item("Shuffle, then go through all examples", LIUER,
               ("descent.batches.shuffled",),
               ("stochastic-gradient-descent/epoch-order", "stochastic-gradient-descent/sgd-epoch")),
    # -- mini-batch
    "C1": Item("The gradient of a random batch: unbiased, with less variance", _by(COMPARE, CHATGPT),
               ("descent.minibatch_gradient_descent",), ("mini-batch/batch-gradient",)),
    "C2": Item("The same for each parameter of a line; batch size and epochs as hyperparameters", CHATGPT,
               ("problems.LinearRegression",), ("mini-batch/batch-gradient", "mini-batch/train")),
    "C3": Item("Full and batch gradient as two estimates of one mean", CHATGPT,
               ("descent.batch_gradient_variance",), ("mini-batch/variance",)),
    "C4": Item("What it is good for: matrix products, fewer updates, parallel work", LIUER,
               ("descent.minibatch_gradient_descent",), ("clinic/timing",)),
    "C5": Item("How large a batch should be", CHATGPT,
               ("descent.batch_gradient_variance",), ("mini-batch/batch-size",)),
    "C6": Item("Ways to draw batches: at random, or as slices", CHATGPT,
               ("descent.batches.shuffled", "descent.batches.distinct", "descent.batches.contiguous"),
               ("mini-batch/batches", "mini-batch/scheme")),
    "C7": Item("Worked: 20 steps of torch's SGD with batches of 20", CHATGPT,
               ("experiments.worked_examples.standardized_slices",), ("mini-batch/train",)),
    "C8": Item("Watch the loss over all examples, not the batch's", CHATGPT,
               ("plots.losses",), ("mini-batch/epoch-loss", "clinic/curves")),
    "C9": Item("Worked: two examples an update on the 199 points", LIUER,
               ("experiments.worked_examples.two_examples",), ("mini-batch/mended",)),
    "C10": Item("Who calls what SGD", CHATGPT, ("optim.SGD",),
                unpractised="a matter of names; the checks of every problem set say which of the methods is meant"),
    # -- comparison
    "D1": Item("The three methods side by side: examples, accuracy, updates, cost, memory, hardware, path", COMPARE,
               ("experiments.compare",), ("stochastic-gradient-descent/passes", "mini-batch/batch-size", "clinic/timing")),
    "D2": Item("Loss against epochs and against seconds", COMPARE,
               ("plots.losses", "experiments.first_below"), ("clinic/timing",)),
    "D3": Item("Six things that are wrong with plain gradient descent", COMPARE,
               ("problems.Ditch", "problems.Cliff", "problems.Plateau", "problems.Ravine"),
               ("gradient-descent/behavior", "gradient-descent/stationary-point")),
    "D4": Item("Two ways out: a better direction, a better rate", COMPARE,
               ("optim.SGD", "lr_scheduler.LRScheduler"), ("optimizers/momentum", "learning-rate-decay/train")),
    # -- torch.optim
    "E1": Item("Backpropagation with tensors: forward, loss, backward", SISHIER,
               ("autodiff.Tensor",), ("backpropagation/value", "backpropagation/chain")),
    "E2": Item("What an optimizer does, and how to make one from a model's parameters", TORCH,
               ("optim.Optimizer", "optim.Parameter"), ("torch-optim/loop",)),
    "E3": Item("The four steps: construct, zero_grad, backward, step", _by(TORCH, SISHIER),
               ("optim.Optimizer",), ("torch-optim/loop", "torch-optim/mend", "backpropagation/without-zero-grad")),
    "E4": Item("The arguments of torch.optim.SGD", SISHIER, ("optim.SGD",),
               ("torch-optim/predict-momentum", "torch-optim/predict-dampening", "torch-optim/predict-weight-decay")),
    "E5": Item("Worked: a small classifier, momentum 0.9, weight decay 1e-3", SISHIER,
               ("optim.SGD", "autodiff.cross_entropy"), ("torch-optim/loop", "capstone/train")),
    "E6": Item("Adam", TORCH, ("optim.Adam",), ("optimizers/adam", "optimizers/mend")),
    "E7": Item("Adagrad", TORCH, ("optim.Adagrad",), ("optimizers/adagrad",)),
    "E8": Item("RMSprop", TORCH, ("optim.RMSprop",), ("optimizers/rmsprop",)),
    "E9": Item("AdamW", TORCH, ("optim.AdamW",), ("optimizers/adamw",)),
    "E10": Item("L-BFGS, a quasi-Newton method", TORCH, ("optim.LBFGS",), ("torch-optim/closure",)),
    "E11": Item("Arguments that optimizers share", TORCH, ("optim.Optimizer",), ("torch-optim/settings", "torch-optim/groups")),
    "E12": Item("Worked: a small network, Adam, five random examples", TORCH, ("optim.Adam",), ("torch-optim/loop",)),
    "E13": Item("Worked: a line with noise, its parameters, its prediction, its two pictures", COMPARE,
                ("experiments.worked_examples.noisy_line", "plots.line_fit"), ("torch-optim/complete",)),
    # -- learning-rate decay
    "F1": Item("Why the rate should fall", SISHIER, ("descent.noise_floor",), ("learning-rate-decay/train",)),
    "F2": Item("Exponential decay", SISHIER, ("lr_scheduler.ExponentialLR",), ("learning-rate-decay/exponential",)),
    "F3": Item("Decay in fixed steps", SISHIER, ("lr_scheduler.StepLR",), ("learning-rate-decay/step",)),
    "F4": Item("Decay at milestones", SISHIER, ("lr_scheduler.MultiStepLR",), ("learning-rate-decay/multi-step",)),
    "F5": Item("Cosine annealing", SISHIER,
               ("lr_scheduler.CosineAnnealingLR", "lr_scheduler.CosineAnnealingWarmRestarts"),
               ("learning-rate-decay/cosine", "learning-rate-decay/warmup-cosine")),
    "F6": Item("Decay on a plateau", SISHIER, ("lr_scheduler.ReduceLROnPlateau",), ("learning-rate-decay/plateau",)),
    "F7": Item("A function of one's own, and a rate for each layer", SISHIER,
               ("lr_scheduler.LambdaLR", "optim.Optimizer"),
               ("learning-rate-decay/lambda-lr", "learning-rate-decay/layer-rates")),
    # -- mistakes
    "G1": Item("A function called sgd that uses all the data", SISHIER,
               ("experiments.worked_examples.line_with_intercept_one_by_one",), ("clinic/code",)),
    "G2": Item("Batch descent that updates inside the loop over examples", LIUER,
               ("experiments.worked_examples.full_batch_as_written",), ("clinic/code",)),
    "G3": Item("A batch that is the first pair drawn, for ever", LIUER,
               ("experiments.worked_examples.two_examples_as_written",), ("mini-batch/mended", "clinic/mini-batch", "clinic/code")),
    "G4": Item("Updates counted as epochs", LIUER,
               ("experiments.worked_examples.one_example_as_written",), ("stochastic-gradient-descent/passes", "clinic/mini-batch")),
    "G5": Item("Stopping on the loss of one example", LIUER,
               ("experiments.worked_examples.one_example_as_written", "descent.stopping.batch_loss_below"),
               ("stochastic-gradient-descent/epochs-until", "clinic/until")),
    "G6": Item("Data without noise, on which stochastic descent converges fully", LIUER,
               ("experiments.worked_examples.doubling_line",), ("stochastic-gradient-descent/gradient-noise",)),
    "G7": Item("A gradient sign left out, and slices called random", CHATGPT,
               ("descent.batches.contiguous",), ("clinic/mean", "mini-batch/batches")),
    "G8": Item("A mean of n + 1 terms, and an SGD that uses all examples", COMPARE,
               ("experiments.worked_examples.noisy_line",), ("clinic/mean", "clinic/code")),
    "G9": Item("L-BFGS recommended for small batches, and run without a closure", TORCH,
               ("optim.LBFGS",), ("torch-optim/closure", "clinic/fit")),
    "G10": Item("Momentum as an argument of all optimizers; two meanings of weight decay", TORCH,
                ("optim.AdamW", "optim.Adam"), ("torch-optim/settings", "optimizers/decay")),
    "G11": Item("Nesterov momentum described in one form and computed in another", SISHIER,
                ("optim.SGD",), ("optimizers/nesterov", "optimizers/lookahead")),
    "G12": Item("Two conventions of momentum, which part when the rate changes", SISHIER,
                ("optim.SGD",), ("optimizers/conventions",)),
}  # fmt: skip
