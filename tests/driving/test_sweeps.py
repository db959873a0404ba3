"""What is seen of a sweep."""

from course_lib.driving.sweeps import sweep


def test_the_order_of_the_runs_does_not_matter_and_a_rate_that_was_not_asked_for_fails():
    table = {(rate, seed): {"validation": rate} for rate in (0.1, 1.0) for seed in (0, 1)}
    case = {"table": table, "rates": [0.1, 1.0], "budget": 400, "seeds": [0, 1]}

    def backwards(run, rates, budget, seeds):
        return max((run(lr, budget / 4, seed)["validation"], lr) for seed in seeds for lr in reversed(rates))[1]

    seen = sweep(backwards, case)
    assert seen == {"rate": 1.0, "runs (rate, seed, budget)": [(0.1, 0, 100), (0.1, 1, 100), (1.0, 0, 100), (1.0, 1, 100)]}
    try:
        sweep(lambda run, *rest: run(0.5, 100, 0), case)
    except KeyError:
        return
    raise AssertionError("there is no run with that rate")
