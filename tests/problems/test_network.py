"""The perceptron against torch's, its gradient against central differences, and the data it learns from."""

import numpy as np
import pytest
import torch

from course_lib.descent import minibatch_gradient_descent
from course_lib.problems import MLP, diabetes, digits, numerical_gradient, photograph


def as_torch(problem, w):
    layers = [torch.tensor(layer, requires_grad=True) for layer in problem.layers(w)]
    h = torch.tensor(problem.x)
    for k in range(0, len(layers), 2):
        h = h @ layers[k] + layers[k + 1]
        h = torch.relu(h) if k + 2 < len(layers) else h
    y = torch.tensor(problem.y)
    loss = torch.nn.functional.cross_entropy(h, y) if problem.classifies else torch.nn.functional.mse_loss(h[:, 0], y)
    loss.backward()
    return loss.item(), np.concatenate([layer.grad.numpy().ravel() for layer in layers])


@pytest.mark.parametrize("hidden", [(), (5,), (4, 3)])
@pytest.mark.parametrize("classes", [True, False])
def test_loss_and_gradient_equal_torchs(hidden, classes):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(7, 3))
    y = rng.integers(0, 4, 7) if classes else rng.normal(size=7)
    problem = MLP(x, y, hidden)
    w = problem.initial(1) + 0.1 * rng.normal(size=problem.d)
    loss, gradient = as_torch(problem, w)
    assert problem.loss(w) == pytest.approx(loss, rel=1e-12)
    assert problem.gradient(w) == pytest.approx(gradient, rel=1e-10, abs=1e-14)
    assert problem.gradient(w, np.array([2, 5])) == pytest.approx(
        numerical_gradient(problem, w, np.array([2, 5])), rel=1e-4, abs=1e-7
    )


def test_it_learns_the_digits():
    data = digits(seed=1)
    problem = MLP(data.x, data.y, hidden=(16,))
    start = problem.initial(0)
    run = minibatch_gradient_descent(problem, start, lr=0.1, epochs=6, batch_size=32, rng=0, record_every=100)
    assert problem.accuracy(start, data.x_test, data.y_test) < 0.4
    assert problem.accuracy(run.params[-1], data.x_test, data.y_test) > 0.9


@pytest.mark.parametrize("load", [diabetes, digits])
def test_data_are_standardized_by_the_training_part_and_held_out_apart(load):
    data = load(seed=2)
    assert data.x.mean(axis=0) == pytest.approx(np.zeros(data.x.shape[1]), abs=1e-9)
    spread = data.x.std(axis=0)
    assert ((np.abs(spread - 1) < 1e-9) | (spread == 0)).all()
    assert len(data.x) == len(data.y) and len(data.x_test) == len(data.y_test)
    assert len(data.x_test) / (len(data.x) + len(data.x_test)) == pytest.approx(0.25, abs=0.01)
    train = {row.tobytes() for row in data.x}
    assert not any(row.tobytes() in train for row in data.x_test)
    other = load(seed=3)
    assert other.x[0].tobytes() != data.x[0].tobytes()
    with pytest.raises(ValueError, match="test_fraction"):
        load(test_fraction=1.5)
    for fraction in (1e-9, 0.99999):
        with pytest.raises(ValueError, match=f"examples to train on and to test with: {fraction!r} of"):
            load(test_fraction=fraction)


def test_pixels_of_a_photograph_are_told_by_their_neighbors():
    x, y = photograph(seed=1, n=2000)
    assert x.shape == (2000, 4) and y.shape == (2000,)
    columns = np.column_stack([x, y])
    assert columns.mean(axis=0) == pytest.approx(np.zeros(5), abs=1e-9)
    assert columns.std(axis=0) == pytest.approx(np.ones(5))
    # neighbors are alike, and the nearest most of all
    correlation = np.corrcoef(columns.T)[4, :4]
    assert correlation.min() > 0.8 and correlation.argmax() in (0, 2)
    assert (photograph(seed=1, n=2000)[1] == y).all() and not (photograph(seed=2, n=2000)[1] == y).all()


def test_bad_networks_are_refused():
    x = np.ones((3, 2))
    with pytest.raises(ValueError, match="same number of examples"):
        MLP(x, [1, 2])
    with pytest.raises(ValueError, match="hidden layer's size must be at least 1"):
        MLP(x, [0, 1, 2], hidden=(0,))
    with pytest.raises(ValueError, match="labels must be 0, 1, 2"):
        MLP(x, [0, -1, 2])
    with pytest.raises(ValueError, match=r"w must have shape"):
        MLP(x, [0, 1, 1]).loss([1.0])
