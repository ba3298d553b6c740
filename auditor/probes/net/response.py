"""What a server answered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from auditor.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Response:
    """One answer, as it came: nothing was followed, nothing merged."""

    url: str
    """As it was asked for."""
    method: str
    status: int
    headers: tuple[tuple[str, str], ...]
    """In the order and the case in which they came, duplicates included; bytes as latin-1."""
    body: bytes
    """Decompressed."""
    truncated: bool = False
    """Whether ``body`` is not all that the server has to say."""
    elapsed_ms: float = 0.0
    """Until the last byte that was read, connecting included when it took a new connection."""
    http_version: str = "HTTP/1.1"
    peer: str = ""
    """Address and port that answered, such as ``127.0.0.1:443``."""
    why_truncated: str = ""
    """What is missing, as a clause."""

    def header(self, name: str) -> str | None:
        """The value of a header; several are joined by commas, as HTTP and browsers read them. None: not there."""
        values = self.header_list(name)
        return ", ".join(values) if values else None

    def header_list(self, name: str) -> tuple[str, ...]:
        """Every value of a header, in order."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)

    def text(self) -> str:
        """The body as text, by the charset of its type, else UTF-8.

        Never raises: bytes that do not fit become U+FFFD.
        """
        try:
            return self.body.decode(self._charset(), "replace")
        except (LookupError, ValueError):  # a charset that does not exist, or that is none for text
            return self.body.decode("utf-8-sig", "replace")

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            Unavailable: it is not JSON, or not all of it was read.
        """
        shown = self.url.partition("?")[0]
        if self.truncated:
            raise Unavailable(f"the answer of {shown} was not read to its end: {self.why_truncated}")
        try:
            return json.loads(self.text())
        except (ValueError, RecursionError):
            raise Unavailable(f"{shown} answered {self.status} with something that is not JSON") from None

    def _charset(self) -> str:
        for part in (self.header("content-type") or "").split(";")[1:]:
            key, _, value = part.partition("=")
            if key.strip().lower() == "charset":
                named = value.strip().strip("\"'").lower()
                return "utf-8-sig" if named in ("utf-8", "utf8") else named
        return "utf-8-sig"
