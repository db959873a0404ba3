"""Naming what stands in this package, so that a question can send it as data into the process of an answer.

A driver is a function of ``course_lib.driving``, or a dataclass of it where it has settings; a function that a case hands to the answer is a
dataclass with ``__call__``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any

PACKAGE = __name__.rpartition(".")[0]


class NotPublic(ValueError):
    """Something is not of this package, or holds what cannot be sent."""


def to_data(thing: Any, encode: Callable[[Any], Any]) -> dict[str, Any] | None:
    """What names `thing`, with its settings in the form that `encode` gives them; None if it is not of this package."""
    kind = thing if hasattr(thing, "__qualname__") else type(thing)
    if not str(getattr(kind, "__module__", "")).startswith(f"{PACKAGE}."):
        return None
    name = f"{kind.__module__.removeprefix(f'{PACKAGE}.')}.{kind.__qualname__}"
    if _find(name) is not kind:
        raise NotPublic(f"{name} is not what stands under this name in {PACKAGE}: declare it at the top of its file.")
    if kind is thing:
        return {"public": name}
    if not is_dataclass(thing):
        raise NotPublic(f"{name} is not a dataclass, so its settings cannot be sent.")
    return {"public": name, "settings": {field.name: encode(getattr(thing, field.name)) for field in fields(thing) if field.init}}


def from_data(data: dict[str, Any], decode: Callable[[Any], Any]) -> Any:
    """The thing that `to_data` named.

    Raises
    ------
    NotPublic
        If there is none.
    """
    found = _find(str(data["public"]))
    if "settings" not in data:
        return found
    return found(**{name: decode(value) for name, value in data["settings"].items()})


def _find(name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    try:
        return getattr(import_module(f"{PACKAGE}.{module}"), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise NotPublic(f"there is no {name!r} in {PACKAGE}.") from error
