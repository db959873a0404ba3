"""What an answer may ask but not hold."""

import copy
import sys
from dataclasses import dataclass

import pytest

from course_lib.driving.kept import Kept, StandIn


@dataclass(frozen=True)
class Doubling(Kept):
    factor: int = 2
    shown = "something that doubles"
    kept = ("double", "fail")

    def double(self, x):
        return self._inside(x)

    def fail(self):
        raise ValueError("as asked")

    def _inside(self, x):
        return self.factor * x


def calls_seen(function):
    """The names of what is called while `function` runs."""
    names = []
    sys.setprofile(lambda frame, event, arg: names.append(frame.f_code.co_name) if event == "call" else None)
    try:
        function()
    finally:
        sys.setprofile(None)
    return names


def test_what_a_kept_object_calls_is_not_the_answers_doing():
    thing = Doubling()
    assert thing.double(3) == 6
    assert "_inside" not in calls_seen(lambda: thing.double(3))


def test_calls_are_watched_again_afterwards():
    def afterwards():
        return None

    def answer():
        with pytest.raises(ValueError, match="as asked"):
            Doubling().fail()
        afterwards()

    assert "afterwards" in calls_seen(answer)


def test_there_is_one_of_each():
    thing, stand_in = Doubling(), StandIn("something", ["double"], lambda method, arguments: None)
    assert copy.deepcopy([thing])[0] is thing
    assert copy.deepcopy([stand_in])[0] is stand_in


def test_a_stand_in_asks_for_the_methods_there_are():
    asked = []
    stand_in = StandIn("something", ["double"], lambda method, arguments: asked.append((method, arguments)) or 6)
    assert stand_in.double(3) == 6
    assert asked == [("double", (3,))]
    with pytest.raises(AttributeError, match="something has no 'triple'; there is double"):
        stand_in.triple(3)
