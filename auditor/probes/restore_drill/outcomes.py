"""The two ways in which a drill ends early."""

from __future__ import annotations


class NotRestored(Exception):
    """The backup is to blame.

    Args:
        reason: a clause about the backup: ``it is cut off``.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Undone(Exception):
    """The drill could not be done, which says nothing about the backup.

    Args:
        reason: what happened.
        hint: what to change.
    """

    def __init__(self, reason: str, hint: str = "") -> None:
        self.reason = reason
        self.hint = hint
        super().__init__(reason)
