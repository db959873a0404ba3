"""Right answers to the clinic of broken training runs."""

from __future__ import annotations

import numpy as np

from course_lib.checks.answers import answers


@answers("clinic/curves")
def read_from_the_chart(**patients):
    from course_lib.checks.patients import CURVES, diagnosis

    return {letter: diagnosis(patient, CURVES) for letter, patient in sorted(patients.items(), reverse=True)}


@answers("clinic/curves")
def by_eye(**patients):
    from course_lib.checks.patients import curve

    def label(losses, least):
        if losses[-1] > 100 * losses[0]:
            return "rate too large"
        if losses.min() < 0.9 * least:
            return "loss of the batch"
        turns, second_half = np.sum(np.diff(np.sign(np.diff(losses))) != 0), losses[100:]
        if turns < 10:
            return "rate too small" if losses[-1] < 0.9 * losses[-40] else "same batch again"
        if np.corrcoef(second_half[:-10], second_half[10:])[0, 1] > 0.99:
            return "not shuffled"
        return "gradients add up" if second_half.mean() > 1.5 * least else "healthy"

    return {letter: label(*curve(patient)) for letter, patient in patients.items()}


@answers("clinic/curves")
def typed_in_one_by_one(**patients):
    from course_lib.checks.patients import CURVES, diagnosis

    labels = dict.fromkeys("ABCDEF", "")
    for letter in labels:
        labels[letter] = np.str_(diagnosis(np.int64(patients[letter]), CURVES))
    return labels


@answers("clinic/code")
def read_from_the_chart(**patients):
    from course_lib.checks.patients import CODE, diagnosis

    return {letter: diagnosis(patient, CODE) for letter, patient in patients.items()}


@answers("clinic/code")
def by_reading(**patients):
    from course_lib.checks.patients import listing

    def label(text):
        signs = {
            "+=": "gradients add up",
            "drawn[:batch_size]": "same batch again",
            "rng.choice": "one update an epoch",
            "np.arange": "not shuffled",
            "rng.integers": "drawn with replacement",
            "error = w * x + b - y\n": "all examples in every update",
            "for i in": "an update for each example",
            "- batch_size + 1": "last batch left out",
            "/ batch_size": "last batch divided wrongly",
            "np.mean(error**2)": "loss of the batch",
            "error[0]": "stops on one example",
        }
        return next((name for sign, name in signs.items() if sign in text), "healthy")

    return {letter: label(listing(patient)) for letter, patient in patients.items()}


@answers("clinic/code")
def typed_in_one_by_one(**patients):
    from course_lib.checks.patients import CODE, diagnosis

    return dict(zip(list("FEDCBA"), [diagnosis(patients[letter], CODE) for letter in "FEDCBA"]))


@answers("clinic/mean")
def loop(loss, gradient, n, w):
    total, slope = 0.0, 0.0
    for i in range(n):
        total += loss(i, w) / n
        slope = slope + gradient(i, w) / n
    return total, slope


@answers("clinic/mean")
def lists(loss, gradient, n, w):
    return np.mean([loss(i, w) for i in range(n)]), np.mean([gradient(i, w) for i in range(n)], axis=0)


@answers("clinic/mean")
def backwards(loss, gradient, n, w):
    i, f, g = n, 0, np.zeros_like(w)
    while i > 0:
        i -= 1
        f, g = f + loss(i, w), g + gradient(i, w)
    return f / n, (g / n).tolist()


@answers("clinic/mini-batch")
def slices_of_an_order(gradient, w, n, lr, batch_size, epochs, rng):
    for _ in range(epochs):
        order = rng.permutation(n)
        for start in range(0, n, batch_size):
            w = w - lr * gradient(w, order[start : start + batch_size])
    return w


@answers("clinic/mini-batch")
def cleared_list(gradient, w, n, lr, batch_size, epochs, rng):
    w = w.copy()
    for _ in range(epochs):
        left = list(range(n))
        while left:
            batch = []
            while left and len(batch) < batch_size:
                batch.append(left.pop(rng.integers(len(left))))
            w -= lr * gradient(w, batch)
    return w


@answers("clinic/mini-batch")
def shuffled_in_place(gradient, w, n, lr, batch_size, epochs, rng):
    w, indices = np.array(w), np.arange(n)
    for _ in range(epochs):
        rng.shuffle(indices)
        for batch in np.split(indices, range(batch_size, n, batch_size)):
            w += -lr * np.asarray(gradient(w, batch))
    return w


@answers("clinic/mini-batch")
def generator_of_batches(gradient, w, n, lr, batch_size, epochs, rng):
    def batches():
        order = rng.choice(n, size=n, replace=False).tolist()
        while order:
            yield tuple(order[:batch_size])
            del order[:batch_size]

    for _ in range(epochs):
        for batch in batches():
            w = w - lr * gradient(w, batch)
    return w


@answers("clinic/fit")
def weighted_sum(loss_of, optimizer, batches, epochs):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in batches:
            loss = loss_of(batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += float(loss.item()) * len(batch)
        losses.append(total / sum(len(batch) for batch in batches))
    return losses


@answers("clinic/fit")
def weighted_average(loss_of, optimizer, batches, epochs):
    history = np.zeros((epochs, len(batches)))
    for epoch in range(epochs):
        for k, batch in enumerate(batches):
            loss = loss_of(batch)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            history[epoch, k] = loss.item()
    return np.average(history, axis=1, weights=[len(batch) for batch in batches])


@answers("clinic/fit")
def with_a_closure(loss_of, optimizer, batches, epochs):
    def epoch():
        total, count = 0.0, 0
        for batch in batches:

            def closure(batch=batch):
                optimizer.zero_grad(set_to_none=False)
                loss = loss_of(batch)
                loss.backward()
                return loss

            total, count = total + len(batch) * optimizer.step(closure).item(), count + len(batch)
        return total / count

    return [epoch() for _ in range(epochs)]


@answers("clinic/until")
def test_at_the_end_of_the_epoch(x, y, lr, tolerance, orders):
    w = 0.0
    for epoch, order in enumerate(orders, start=1):
        for i in order:
            w = w - lr * 2 * (w * x[i] - y[i]) * x[i]
        if np.mean((w * x - y) ** 2) < tolerance:
            break
    return w, epoch


@answers("clinic/until")
def while_loop(x, y, lr, tolerance, orders):
    w, epochs, loss = 0.0, 0, float("inf")
    while epochs < len(orders) and loss >= tolerance:
        for xi, yi in zip(x[orders[epochs]], y[orders[epochs]]):
            w += 2 * lr * (yi - w * xi) * xi
        epochs += 1
        loss = sum((w * xi - yi) ** 2 for xi, yi in zip(x, y)) / len(x)
    return w, epochs


@answers("clinic/until")
def one_number_at_a_time(x, y, lr, tolerance, orders):
    w, n = 0.0, len(x)
    for t, i in enumerate(orders.ravel(), start=1):
        error = w * x[i] - y[i]
        w -= 2 * lr * error * x[i]
        if t % n == 0:
            residual = w * x - y
            if residual @ residual / n < tolerance:
                return w, t // n
    return w, len(orders)


@answers("clinic/keep-best")
def copies(w, step, validation_loss, epochs):
    best, lowest, at = w.copy(), validation_loss(w), 0
    for epoch in range(1, epochs + 1):
        step(w)
        loss = validation_loss(w)
        if loss < lowest:
            best, lowest, at = w.copy(), loss, epoch
    return best, at


@answers("clinic/keep-best")
def keeps_everything(w, step, validation_loss, epochs):
    path = [np.array(w)]
    for _ in range(epochs):
        step(w)
        path.append(np.array(w))
    at = int(np.argmin([validation_loss(p) for p in path]))
    return path[at], at


@answers("clinic/keep-best")
def copied_into_one_array(w, step, validation_loss, epochs):
    best, lowest, at = np.empty_like(w), float("inf"), None
    for epoch in range(epochs + 1):
        if epoch:
            step(w)
        if validation_loss(w) < lowest:
            best[:], lowest, at = w, validation_loss(w), epoch
    return best, at


@answers("clinic/largest-rate")
def from_two_losses(lr, losses):
    return 2 * lr / (1 + (losses[1] / losses[0]) ** 0.5)


@answers("clinic/largest-rate")
def from_the_slope_of_the_logarithms(lr, losses):
    slope = np.polyfit(np.arange(len(losses)), np.log(losses), 1)[0]
    return round(2 / ((1 + np.exp(slope / 2)) / lr), 5)


@answers("clinic/largest-rate")
def to_three_digits(lr, losses):
    growth = np.sqrt(np.divide(losses[1:], losses[:-1])).mean()
    return np.float64(f"{lr / (1 + growth) * 2:.3g}")


@answers("clinic/timing")
def differences_added_up(update, evaluate, clock, updates, every):
    record, seconds = [(0.0, evaluate())], 0.0
    for t in range(updates):
        start = clock()
        update()
        seconds += clock() - start
        if (t + 1) % every == 0:
            record.append((seconds, evaluate()))
    return record


@answers("clinic/timing")
def evaluation_subtracted(update, evaluate, clock, updates, every):
    record, spent, began = [[0.0, evaluate()]], 0.0, clock()
    for t in range(1, updates + 1):
        update()
        if t % every == 0:
            now = clock()
            record.append([now - began - spent, evaluate()])
            spent += clock() - now
    return record


@answers("clinic/timing")
def block_by_block(update, evaluate, clock, updates, every):
    seconds, losses = [0.0], [evaluate()]
    for _ in range(updates // every):
        began = clock()
        for _ in range(every):
            update()
        seconds.append(seconds[-1] + clock() - began)
        losses.append(evaluate())
    return np.column_stack([seconds, losses])
