"""Who wrote nearly the same: found through new names and layout, not claimed of short or common answers."""

from time import process_time

import numpy as np

from course_lib.outcomes.copies import REFERENCE, Alike, find_alike

MINE = '''
def train(x, y, lr, epochs):
    """Fit a line."""
    w, b = 0.0, 0.0
    losses = []
    for _ in range(epochs):
        error = w * x + b - y
        losses.append(np.mean(error**2))
        w -= lr * 2 * np.mean(error * x)
        b -= lr * 2 * np.mean(error)
    best = min(range(len(losses)), key=losses.__getitem__)
    return w, b, losses[: best + 1]
'''
RENAMED = """
def train(inputs, targets: list, rate, n) -> tuple:
    # my own work
    slope, offset = 0.0, 0.0
    history = []
    for step in range(n):
        residual = (slope * inputs
                    + offset - targets)

        history.append(np.mean(residual ** 2))
        slope -= rate * 2 * np.mean(residual * inputs)
        offset -= rate * 2 * np.mean(residual)
    k = min(range(len(history)), key=history.__getitem__)
    return slope, offset, history[:k + 1]
"""
EXTENDED = RENAMED.replace("    history = []\n", "    history = []\n    print('starting', n)\n")
OTHER = """
def train(x, y, lr, epochs):
    features = np.column_stack([x, np.ones(len(x))])
    theta, trace = np.zeros(2), np.empty(epochs)
    step = 0
    while step < epochs:
        trace[step] = ((features @ theta - y) ** 2).mean()
        theta = theta - lr * (2 / len(y)) * features.T @ (features @ theta - y)
        step += 1
    return (*theta, list(trace[: trace.argmin() + 1]))
"""


def test_a_copy_with_other_names_comments_and_layout_is_the_same():
    assert find_alike({"a": [MINE], "b": [RENAMED], "c": [OTHER]}) == [Alike(("a", "b"), 1.0, same=True)]


def test_a_copy_with_a_line_more_is_alike():
    [found] = find_alike({"a": [MINE], "b": [EXTENDED], "c": [OTHER]})
    assert found.students == ("a", "b") and not found.same and 0.8 <= found.similarity < 1


def test_two_ways_to_write_it_are_not_alike():
    assert find_alike({"a": [MINE], "c": [OTHER]}) == []


def test_short_answers_are_alike_without_copying():
    short = "def cost(w, x, y):\n    return np.mean((w * x - y) ** 2)\n"
    assert find_alike({"a": [short], "b": [short], "c": [OTHER]}) == []


def test_what_was_given_to_everybody_does_not_count():
    assert find_alike({"a": [MINE], "b": [RENAMED]}, given=[MINE]) == []


def test_an_answer_like_the_reference_is_told():
    found = find_alike({"a": [RENAMED], "b": [OTHER]}, reference=[MINE])
    assert found == [Alike(("a", REFERENCE), 1.0)]


def test_what_much_of_a_class_writes_is_told_only_where_all_is_the_same():
    # 20 wrote what is in the book, one of them with another question copied from a neighbor
    class_ = {f"s{i:02}": [MINE, f"def f(): return {i}\n"] for i in range(20)}
    [group] = find_alike(class_)
    assert group.same and len(group.students) == 20
    class_["s00"].append(OTHER)
    class_["s01"].append(OTHER.replace("theta", "params"))
    assert ("s00", "s01") in [alike.students for alike in find_alike(class_)]


def test_code_that_does_not_parse_is_compared_as_it_stands():
    renamed = MINE.replace("error", "residual")
    assert find_alike({"a": [MINE + "  )("], "b": [renamed + "  )("]})[0].students == ("a", "b")
    assert find_alike({"a": ["'''"], "b": ["\0"], "c": [""]}) == []


def test_the_time_grows_with_the_class_not_with_its_pairs():
    rng = np.random.default_rng(0)

    def program():
        return ["".join(f"v{i} = f{rng.integers(5)}.g{rng.integers(100)}({rng.integers(9)})\n" for i in range(60))]

    few, many = ({f"s{i}": program() for i in range(n)} for n in (50, 400))

    def took(class_):
        begun = process_time()
        assert find_alike(class_) == []
        return process_time() - begun

    # 64 times as many pairs
    assert took(many) < 24 * max(took(few) for _ in range(3))
