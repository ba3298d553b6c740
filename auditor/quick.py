"""For runs that make hundreds of thousands of small values which live until the end."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import MISSING, fields
from typing import Any, TypeVar

T = TypeVar("T")

_OBJECTS = 100_000


def quick(kind: type[T]) -> type[T]:
    """Let a frozen, slotted dataclass fill its slots directly: its own ``__init__`` takes twice as long.

    A default that is made by a factory is made once for all: nobody changes it.
    """
    given = fields(kind)  # type: ignore[arg-type]
    slots = {f"_{field.name}": getattr(kind, field.name).__set__ for field in given}
    names = [field.name for field in given]
    code = [f"def __init__(self, {', '.join(names)}):", *(f" _{name}(self, {name})" for name in names)]
    exec("\n".join(code), slots)  # noqa: S102  as dataclasses does
    init: Callable[..., None] = slots["__init__"]
    init.__defaults__ = tuple(_default(field) for field in given if not _is_required(field))
    init.__annotations__ = kind.__init__.__annotations__
    init.__qualname__ = f"{kind.__qualname__}.__init__"
    kind.__init__ = init  # type: ignore[method-assign]
    return kind


def _is_required(field: Any) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _default(field: Any) -> Any:
    return field.default_factory() if field.default is MISSING else field.default


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Have Python look less often for cycles to free, for as long as the block runs: there are hardly any."""
    usual = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
