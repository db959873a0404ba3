"""Right answers in other styles."""


def read_from_the_chart(**patients):
    return {letter: patient.diagnosis for letter, patient in patients.items()}


def by_reading(**patients):
    def label(text):
        signs = {
            "+=": "gradients add up",
            "drawn[:batch_size]": "same batch again",
            "rng.choice": "one update an epoch",
            "np.arange": "not shuffled",
            "rng.integers": "drawn with replacement",
            "error = w * x + b - y\n": "all examples in every update",
            "for i in": "an update for each example",
            "- batch_size + 1": "last batch left out",
            "/ batch_size": "last batch divided wrongly",
            "np.mean(error**2)": "loss of the batch",
            "error[0]": "stops on one example",
        }
        return next((name for sign, name in signs.items() if sign in text), "healthy")

    return {letter: label(patient.seen.text) for letter, patient in patients.items()}


def typed_in_one_by_one(**patients):
    return dict(zip(list("FEDCBA"), [patients[letter].diagnosis for letter in "FEDCBA"]))
