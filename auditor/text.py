"""Words from outside, made harmless for terminals, CI logs and reports."""

from __future__ import annotations

import re

_RISKY = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
    r"|[\U000e0000-\U000e007f]"
)
_LOGGING_COMMAND = re.compile(r"##(?=[A-Za-z]*\[)")
"""What Azure Pipelines, GitHub Actions and TeamCity take for a command, wherever in a line it stands."""


def clean(text: str) -> str:
    """Text without what could steer a terminal or a CI log: control characters, direction overrides, commands."""
    text = _RISKY.sub(lambda m: f"\\x{ord(m[0]):02x}" if ord(m[0]) < 256 else f"\\u{ord(m[0]):04x}", text)
    return _LOGGING_COMMAND.sub("# #", text)


def encodable(text: str) -> str:
    """The text with lone surrogates written out: no output could hold them."""
    return text.encode("utf-8", "backslashreplace").decode()


def clip(text: str, longest: int) -> str:
    """The beginning of a text, cut between words: half a secret could not be recognised any more.

    Args:
        text: as it came.
        longest: characters to keep at the most.
    """
    if len(text) <= longest:
        return text
    whole = text[: longest + 1]
    cut = max(whole.rfind(space) for space in " \t\n")
    return f"{whole[:cut]} …" if cut > 0 else "…"
