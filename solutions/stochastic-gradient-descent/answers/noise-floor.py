"""Right answers in other styles."""


def simplified(lr, curvature, variance):
    return lr * variance / (curvature * (2 - lr * curvature))


def fixed_point(lr, curvature, variance):
    factor = (1 - lr * curvature) ** 2
    return lr**2 * variance / (1 - factor)


def by_repeating_the_update(lr, curvature, variance):
    distance = 0.0
    for _ in range(5000):
        distance = (1 - lr * curvature) ** 2 * distance + lr**2 * variance
    return distance
