"""Objects that stay with the grader: an answer gets what it may ask for, within limits, and nothing else crosses the line."""

import json
from collections import Counter
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from course_lib import asking
from course_lib.checks.collecting import collect
from course_lib.checks.drawing import draw_for
from course_lib.checks.inputs import Inputs
from course_lib.checks.judging import judge
from course_lib.checks.keeping import answer_call
from course_lib.driving import calls
from course_lib.driving.kept import Kept, StandIn


@dataclass(frozen=True)
class Secret(Kept):
    number: float
    shown = "a secret"
    kept = ("times", "fail", "own_error")
    limits = {"times": 3}

    def times(self, x):
        return self.number * x

    def cost(self, method, arguments):
        return int(np.size(arguments[0]))

    def fail(self):
        raise ValueError("no")

    def own_error(self):
        raise Own("mine")

    def hidden(self):
        return self.number


class Own(Exception):
    """An error that the process of an answer does not know."""


def drawn(*cases):
    """As much of a draw as is needed."""
    inputs = Inputs(
        name="any/question", cases=list(cases), observe=calls.call, repeated=False, value=False, forbidden=(), time_limit=1.0
    )
    return SimpleNamespace(cases=list(cases), inputs=inputs)


TWO = drawn({"x": 1.0}, {"first": Secret(2.0), "more": [Secret(3.0), (Secret(4.0), {"last": Secret(5.0)})]})


def call(case=1, number=0, method="times", arguments=None, draw=TWO, spent=None):
    request = {"call": "any/question", "case": case, "object": number, "method": method}
    return answer_call(draw, request | {"arguments": {"list": [{"float": "0x1p+1"}]} if arguments is None else arguments}, spent)


@pytest.fixture
def line(monkeypatch):
    """A grader that answers as over a wire."""
    wire = SimpleNamespace(draw=TWO, spent=Counter(), requests=[])

    def grader(request):
        text = json.dumps(request)
        wire.requests.append(text)
        return json.loads(json.dumps(answer_call(wire.draw, json.loads(text), wire.spent)))

    monkeypatch.setattr(asking, "grader", grader)
    return wire


def test_each_object_of_a_case_has_its_number():
    assert [call(number=k)["returned"] for k in range(4)] == [{"float": (2.0 * n).hex()} for n in (2.0, 3.0, 4.0, 5.0)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "hidden"},
        {"method": "number"},
        {"method": "__class__"},
        {"method": "cost"},
        {"method": ["times"]},
        {"case": 0},
        {"case": 7},
        {"case": -1},
        {"case": True},
        {"case": "1"},
        {"number": 4},
        {"number": -1},
        {"arguments": {"float": "0x1p+1"}},
        {"arguments": {"list": [{"generator": {}}]}},
        {"arguments": {"list": [{"public": "training.DigitsNetwork"}]}},
        {"arguments": {"list": []}},
        {"arguments": {"list": [None, None, None]}},
    ],
)
def test_whatever_else_is_asked_is_an_error_that_tells_nothing(wrong):
    answer = call(**wrong)
    assert set(answer) == {"raised"}
    assert "2.0" not in json.dumps(answer)


@pytest.mark.parametrize("request_", [None, 3, "call", [], {}, {"call": "any/question"}])
def test_what_is_no_request_is_answered_too(request_):
    assert set(answer_call(TWO, request_)) == {"raised"}


def test_what_is_used_up_is_refused_for_each_object_by_itself():
    spent = Counter()
    assert "returned" in call(spent=spent) and "returned" in call(spent=spent) and "returned" in call(spent=spent)
    kind, message = call(spent=spent)["raised"]
    assert (kind, message) == ("UsedUp", "there are 3 of times for one answer, and they are used up.")
    assert "returned" in call(number=1, spent=spent)
    four = {"list": [{"list": 4 * [{"float": "0x1p+1"}]}]}
    assert "raised" in call(number=2, arguments=four, spent=spent)
    assert "raised" not in call(number=2, spent=spent), "what was refused has used nothing up"
    # who hands out inputs again begins anew
    assert "returned" in call(spent=Counter())


def test_a_stand_in_is_as_good_as_the_object(line):
    sent = json.loads(json.dumps(TWO.inputs.to_json(keep=True)))
    assert "settings" not in json.dumps(sent)
    case = Inputs.from_json(sent).cases[1]
    assert isinstance(case["first"], StandIn)
    assert case["first"].times(4.0) == 8.0
    array = case["more"][1][1]["last"].times(np.arange(2.0))
    array += 1
    np.testing.assert_array_equal(array, [1.0, 6.0])
    with pytest.raises(ValueError, match="^no$"):
        case["first"].fail()
    with pytest.raises(RuntimeError, match="^mine$"):
        case["first"].own_error()
    with pytest.raises(AttributeError, match="a secret has no 'number'; there is times, fail, own_error"):
        case["first"].number  # noqa: B018


def test_without_a_grader_there_is_nobody_to_ask():
    case = Inputs.from_json(TWO.inputs.to_json(keep=True)).cases[1]
    with pytest.raises(RuntimeError, match="there is no grader to ask"):
        case["first"].times(1.0)


def descent(updates, size=16, lr=0.1):
    def answer(gradient, w, n, budget, rng):
        for _ in range(updates):
            w = w - lr * gradient(w, rng.integers(n, size=size))
        return w

    return answer


@pytest.mark.parametrize("updates", [200, 300, 10_000], ids=["within the budget", "beyond it", "far beyond it"])
def test_an_answer_does_the_same_with_and_without_a_grader(keys, line, updates):
    line.draw = draw_for(keys.question("capstone/train"), 3)
    here = collect(line.draw.inputs, descent(updates))
    sent = json.loads(json.dumps(line.draw.inputs.to_json(keep=True)))
    there = collect(Inputs.from_json(sent), descent(updates))
    assert here == there
    assert here["called"] == []
    assert judge(line.draw, here) == judge(line.draw, there)


def test_no_seed_of_the_networks_is_sent(keys, line):
    line.draw = draw_for(keys.question("capstone/train"), 3)
    collect(Inputs.from_json(line.draw.inputs.to_json(keep=True)), descent(2))
    everything = json.dumps(line.draw.inputs.to_json(keep=True)) + "".join(line.requests)
    for network in line.draw.cases[0]["tasks"]:
        assert str(network.seed) not in everything
        assert str(network.seed) in json.dumps(line.draw.inputs.to_json())


def test_whoever_goes_round_the_meter_gets_no_more_gradients(keys, line):
    line.draw = draw_for(keys.question("capstone/train"), 3)
    case = Inputs.from_json(line.draw.inputs.to_json(keep=True)).cases[0]
    network = case["tasks"][0]
    w = network.start()
    for _ in range(7):
        network.gradient(w, np.arange(500))
    with pytest.raises(RuntimeError, match="there are 3500 of gradient for one answer, and they are used up"):
        network.gradient(w, np.array([0]))
    network.accuracy(w)
    with pytest.raises(RuntimeError, match="used up"):
        network.accuracy(w)
