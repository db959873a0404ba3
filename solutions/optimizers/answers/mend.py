"""Right answers in other styles."""

import numpy as np


def state_in_a_dict(gradient, w, state, batches, lr, betas, eps):
    beta1, beta2 = betas
    if not state:
        state = {"t": 0, "m": np.zeros_like(w), "v": np.zeros_like(w)}
    for batch in batches:
        g = gradient(w, batch)
        state["t"] += 1
        state["m"] = beta1 * state["m"] + (1 - beta1) * g
        state["v"] = beta2 * state["v"] + (1 - beta2) * g * g
        m_hat = state["m"] / (1 - beta1 ** state["t"])
        v_hat = state["v"] / (1 - beta2 ** state["t"])
        w = w - lr * m_hat / (np.sqrt(v_hat) + eps)
    return w, state


def names_unpacked(gradient, w, state, batches, lr, betas, eps):
    b1, b2 = betas
    done, m, v = state.get("tmv", (0, 0.0, 0.0))
    for t, batch in enumerate(batches, done + 1):
        g = gradient(w, batch)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g**2
        w = w - lr / (1 - b1**t) * m / (np.sqrt(v) / np.sqrt(1 - b2**t) + eps)
    return w, {"tmv": (done + len(batches), m, v)}


def in_place(gradient, w, state, batches, lr, betas, eps):
    state.setdefault("averages", [np.zeros(len(w)), np.zeros(len(w))])
    state.setdefault("steps", 0)
    m, v = state["averages"]
    for batch in batches:
        state["steps"] += 1
        g = gradient(w, batch)
        m += (1 - betas[0]) * (g - m)
        v += (1 - betas[1]) * (g * g - v)
        corrections = [1 - beta ** state["steps"] for beta in betas]
        w -= lr * (m / corrections[0]) / ((v / corrections[1]) ** 0.5 + eps)
    return w, state


def with_torch(gradient, w, state, batches, lr, betas, eps):
    import torch

    m = torch.as_tensor(state.get("m", np.zeros_like(w)))
    v = torch.as_tensor(state.get("v", np.zeros_like(w)))
    t = state.get("t", 0)
    for batch in batches:
        t += 1
        g = torch.as_tensor(gradient(w, batch))
        m = torch.lerp(m, g, 1 - betas[0])
        v = betas[1] * v + (1 - betas[1]) * g.square()
        root = (v / (1 - betas[1] ** t)).sqrt() + eps
        w = w - lr * (m / (1 - betas[0] ** t) / root).numpy()
    return w, {"t": t, "m": m, "v": v}
