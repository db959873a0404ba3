"""Right answers in other styles."""


def by_product(lr, curvature):
    if lr * curvature <= 1:
        return "monotone"
    if lr * curvature < 2:
        return "oscillates"
    return "diverges"


def by_factor(lr, curvature):
    factor = 1 - lr * curvature
    if abs(factor) >= 1:
        return "diverges"
    return "monotone" if factor >= 0 else "oscillates"


def by_running(lr, curvature):
    w = [1.0]
    for _ in range(3):
        w.append(w[-1] - lr * curvature * w[-1])
    if abs(w[-1]) >= 1:
        return "diverges"
    return "oscillates" if w[1] < 0 else "monotone"
