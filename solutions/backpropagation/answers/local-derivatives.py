"""Right answers in other styles."""

import numpy as np


def if_by_if(operation, a, b):
    if operation == "+":
        return 1, 1
    if operation == "-":
        return 1, -1
    if operation == "*":
        return b, a
    if operation == "/":
        return 1 / b, -a / b**2
    return (1, 0) if a > b else (0, 1)


def table_of_functions(operation, a, b):
    table = {
        "+": lambda: (1.0, 1.0),
        "-": lambda: (1.0, -1.0),
        "*": lambda: (b, a),
        "/": lambda: (b**-1, -a * b**-2),
        "max": lambda: (np.heaviside(a - b, 0), np.heaviside(b - a, 0)),
    }
    return table[operation]()


def matched(operation, a, b):
    match operation:
        case "+":
            da, db = 1, 1
        case "-":
            da, db = 1, -1
        case "*":
            da, db = b, a
        case "/":
            da, db = 1 / b, -(a / b) / b
        case "max":
            da = float(a >= b)
            db = 1 - da
    return np.array([da, db])
