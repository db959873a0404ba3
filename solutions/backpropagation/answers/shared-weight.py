"""Right answers in other styles."""


def one_path_after_the_other(w, h0, x1, x2, y):
    h1 = w * h0 + x1
    h2 = w * h1 + x2
    dh2 = 2 * (h2 - y)
    dw = dh2 * h1
    dh1 = dh2 * w
    dw += dh1 * h0
    return dw


def as_a_polynomial(w, h0, x1, x2, y):
    return 2 * (h0 * w**2 + x1 * w + x2 - y) * (2 * h0 * w + x1)


def forward_mode(w, h0, x1, x2, y):
    h1, h1_by_w = w * h0 + x1, h0
    h2, h2_by_w = w * h1 + x2, h1 + w * h1_by_w
    return 2 * (h2 - y) * h2_by_w
