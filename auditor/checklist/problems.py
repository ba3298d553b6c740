"""Collects everything that is wrong with a file, so that it is told in one go.

A message begins with a short word: after a key such as ``access_token`` and a colon, a long one looks like a secret
to whoever redacts the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from auditor.checklist.lines import Key, dotted, nearest, quoted
from auditor.errors import ChecklistError, Problem
from auditor.redact import Redactor, secret_shape

_CREDENTIALS = frozenset({
    "database", "auditor_database", "anon_key", "service_key", "access_token", "token",
})  # fmt: skip
"""Keys whose values are never shown, whatever they look like."""


class Problems:
    """What is wrong with one checklist.

    Args:
        path: the file, as the user named it.
        lines: where its keys stand.
    """

    def __init__(self, path: str, lines: Mapping[Key, int] | None = None) -> None:
        self.path = path
        self.lines = lines or {}
        self._found: list[Problem] = []
        self._muted: set[Key] = set()

    def add(self, key: Key, message: str, remedy: str = "") -> None:
        """Note a problem of a key, unless the key is muted."""
        if key not in self._muted:
            line = nearest(self.lines, key)
            self._found.append(Problem(message, self.path, line, _short(dotted(key)), remedy))

    def mute(self, key: Key) -> None:
        """Say nothing more about a key: what was said is reason enough."""
        self._muted.add(key)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note problems of other files."""
        self._found.extend(problems)

    def raise_any(self) -> None:
        """Raise everything noted, in the order of the file.

        Raises:
            ChecklistError: when there is a problem.
        """
        if self._found:
            unique = dict.fromkeys(map(_clean, self._found))
            raise ChecklistError(sorted(unique, key=lambda p: (p.path != self.path, p.path, p.line or 0)))


def _clean(problem: Problem) -> Problem:
    """Second net: messages are written without values, but a key itself may be a secret put in the wrong place."""
    text = Redactor().text
    return Problem(text(problem.message), problem.path, problem.line, text(problem.key), problem.remedy)


def _short(name: str) -> str:
    return name if len(name) <= 200 else f"{name[:200]}..."


def suggest(word: str, known: Iterable[str], kind: str = "known keys") -> str:
    """``did you mean …?`` when a known word is close, else the list of them."""
    folded = {name.casefold(): name for name in known}
    close = get_close_matches(word[:80].casefold(), folded, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{folded[close[0]]}"?'
    return f"{kind}: {', '.join(folded.values())}"


def shown(value: object, key: Key, variables: Sequence[str]) -> str:
    """How a message may speak of a value: never what a variable held, never what could be a credential."""
    if variables:
        return f"the value of {' and '.join(f'${{{name}}}' for name in variables)}"
    if isinstance(value, int) and abs(value) < 10**9:
        return str(value)
    hidden = key and key[-1] in _CREDENTIALS
    if hidden or not isinstance(value, str) or "@" in value or len(value) > 60 or secret_shape(value):
        return "the value"
    return quoted(value)
