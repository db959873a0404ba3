"""A mistake made by editing right code is a misconception like any other."""

import numpy as np
import pytest

from course_lib.checks.declaration import Question
from course_lib.checks.mutating import as_student, edited, mistakes_in


def step(w, g, lr):
    """One update."""
    return w - lr * g


class Descent:
    def __init__(self, lr):
        self.lr = lr

    def step(self, w, g):
        return w - self.lr * np.asarray(g)


def test_an_edited_function_does_what_the_edit_says():
    ascent = edited(step, "ascent", "You walk uphill.", ("w - lr", "w + lr"))
    assert step(1.0, 2.0, 0.1) == 0.8
    assert ascent(1.0, 2.0, 0.1) == 1.2
    assert (ascent.__name__, ascent.__doc__) == ("ascent", "You walk uphill.")


def test_an_edited_class_goes_into_a_notebook_under_the_name_asked_for():
    source = as_student(edited(Descent, "ascent", "You walk uphill.", ("w - self", "w + self")), "Optimizer")
    namespace = {"np": np}
    exec(source, namespace)
    assert source.startswith("class Optimizer:")
    assert namespace["Optimizer"](0.1).step(np.ones(2), [1.0, 2.0]).tolist() == [1.1, 1.2]


@pytest.mark.parametrize("old", ["w + lr", "w"])
def test_an_edit_must_say_where(old):
    with pytest.raises(ValueError, match=r"times in step, expected once"):
        edited(step, "nowhere", "You did nothing.", (old, "v"))


def test_it_is_declared_in_its_question():
    asked = Question(cases=lambda rng: [], reference=step)
    ascent = mistakes_in(step, asked)("ascent", "You walk uphill.", ("w - lr", "w + lr"))
    assert asked.misconceptions == [ascent]
    with pytest.raises(ValueError, match="no docstring"):
        mistakes_in(step, asked)("silent", "", ("w - lr", "w + lr"))
