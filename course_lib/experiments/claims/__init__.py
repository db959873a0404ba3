"""The statements the book makes, each with the experiment and the assertion behind it.

A claim is a function that runs an experiment, asserts what is claimed and returns the numbers the book quotes. It
takes a seed, unless nothing in it is random. The tests run every claim over several seeds; a page quotes statement
and numbers by the claim's name, so no number in the prose is written by hand.

A claim's name begins with the chapter it belongs to, and so does its module: "gradient-descent/limit" is in
`gradient_descent.py`.
"""

from course_lib.experiments.claims.claim import SEEDS, Claim, DoesNotHold, Measured, all_claims, claim, find

__all__ = ["SEEDS", "Claim", "DoesNotHold", "Measured", "all_claims", "claim", "find"]
