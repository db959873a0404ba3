"""What a claim is, and how its numbers are written in a sentence."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from statistics import median

SEEDS = range(5)
"""The seeds whose results the book quotes."""

_claims: dict[str, Claim] = {}


@dataclass(frozen=True)
class Measured:
    """A number as measured over several seeds.

    In a sentence it is its range, or one number where rounding leaves no difference: ``f"{x:.2f}"`` may give "1.97 to
    2.03". ``{x.low:.2f}``, ``{x.high:.2f}`` and ``{x.median:.2f}`` pick one.
    """

    values: tuple[float, ...]

    @property
    def low(self) -> Number:
        return Number(min(self.values))

    @property
    def high(self) -> Number:
        return Number(max(self.values))

    @property
    def median(self) -> Number:
        return Number(median(self.values))

    def __format__(self, spec: str) -> str:
        low, high = format(self.low, spec), format(self.high, spec)
        return low if low == high else f"{low} to {high}"


class Number(float):
    """A float that is written as in print: 1.5e-05 is 1.5×10⁻⁵, and a minus is not a hyphen."""

    def __format__(self, spec: str) -> str:
        if not spec and self.is_integer():
            spec = ",d"
        text = format(int(self) if spec.endswith("d") else float(self), spec)
        text = re.sub(r"e([+-]\d+)$", lambda m: "×10" + str(int(m[1])).translate(_SUPERSCRIPT), text)
        return re.sub(r"^1×", "", text).replace("-", "−")


_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Claim:
    """A statement of the book with the experiment that shows it.

    Attributes
    ----------
    name : str
        "chapter/what-it-says".
    statement : str
        A sentence with the names of numbers in braces, as for `str.format`.
    experiment : callable
        Takes a seed, or nothing if nothing in it is random; asserts the statement and returns its numbers.
    """

    name: str
    statement: str
    experiment: Callable[..., Mapping[str, float]]

    @property
    def random(self) -> bool:
        """Whether the experiment hangs on a seed."""
        return bool(inspect.signature(self.experiment).parameters)

    def check(self, seed: int) -> Mapping[str, float]:
        """Run the experiment once; an `AssertionError` means that the claim does not hold."""
        return self.experiment(seed) if self.random else self.experiment()

    def measure(self, seeds: Iterable[int] = SEEDS) -> dict[str, Measured]:
        """The numbers of the claim over `seeds`, after its assertion has held for each."""
        results = [self.check(seed) for seed in (seeds if self.random else [0])]
        return {key: Measured(tuple(float(result[key]) for result in results)) for key in results[0]}


def claim(name: str, statement: str) -> Callable[[Callable[..., Mapping[str, float]]], Claim]:
    """Make a claim of the function below."""

    def register(experiment: Callable[..., Mapping[str, float]]) -> Claim:
        if name in _claims:
            raise ValueError(f"there are two claims named {name!r}.")
        _claims[name] = Claim(name, statement, experiment)
        return _claims[name]

    return register


@cache
def all_claims() -> Mapping[str, Claim]:
    """Every claim of the book by name."""
    package = __name__.rpartition(".")[0]
    for module in iter_modules(import_module(package).__path__):
        import_module(f"{package}.{module.name}")
    return dict(sorted(_claims.items()))


def find(name: str) -> Claim:
    """The claim called `name`.

    Raises
    ------
    KeyError
        If there is none.
    """
    claims = all_claims()
    if name not in claims:
        raise KeyError(f"no claim is called {name!r}; there are: {', '.join(claims)}.")
    return claims[name]
