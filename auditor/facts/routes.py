"""What the API says it serves: the operations of its OpenAPI document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import Gap


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    method: str
    """In capitals."""
    path: str
    """Below the API's origin, with the prefix that the document names, such as ``/api/v1/items/{item_id}``."""
    secured: bool = False
    """Whether the document says that it wants credentials. Optional ones do not count."""
    needs: tuple[str, ...] = ()
    """Names of the parameters without which it cannot be asked: those of the path, and required ones."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def askable(self) -> bool:
        """Whether it is safe (RFC 9110 section 9.2.1), and no parameter has to be guessed."""
        return self.method == "GET" and not self.needs


@dataclass(frozen=True, slots=True)
class ApiRoutes:
    """The operations that the API's own document names."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`api` of the environment",
        "a handful of GET requests for its OpenAPI document",
    )

    url: str
    """Where the document is. Empty: nowhere that was looked at, which is no fault."""
    operations: tuple[Operation, ...] = ()
    """In the order of the document."""
    gaps: tuple[Gap, ...] = ()
