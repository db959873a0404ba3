"""What is seen of a class of numbers that send gradients back."""

from course_lib.autodiff import Tensor
from course_lib.driving.programs import run_program


def test_gradients_of_what_is_used_add_up_over_runs():
    case = {"program": "d = a * b; loss = d * d", "times": 2, "a": 2.0, "b": 3.0, "c": 5.0}
    # d(ab)²/da = 2ab² and 2a²b, twice
    assert run_program(lambda data: Tensor(data, requires_grad=True), case) == {"loss.data": 36.0, "a.grad": 72.0, "b.grad": 48.0}
