"""``Content-Security-Policy``, by CSP3: what a policy says, and what several say together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

SPACE = "\t\n\f\r "
"""ASCII whitespace."""
IGNORED_IN_META = ("frame-ancestors", "report-uri", "sandbox")

_SCRIPT, _STYLE = ("script-src", "default-src"), ("style-src", "default-src")
_FALLBACKS: Mapping[str, tuple[str, ...]] = {
    "script-src-elem": _SCRIPT,
    "script-src-attr": _SCRIPT,
    "style-src-elem": _STYLE,
    "style-src-attr": _STYLE,
    "worker-src": ("child-src", *_SCRIPT),
    "frame-src": ("child-src", "default-src"),
    **dict.fromkeys(
        ("script-src", "style-src", "child-src", "connect-src", "font-src", "img-src", "manifest-src", "media-src",
         "object-src", "prefetch-src"),
        ("default-src",),
    ),
}  # fmt: skip
"""Which directive speaks when one is not there, in order (CSP3 section 6.8.3)."""

_WORDS = re.compile(r"[^\t\n\f\r ]+")


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy. Names and order of the directives are the browser's: of repeated ones the first."""

    directives: tuple[tuple[str, tuple[str, ...]], ...]
    """Names in lower case, values as written."""
    repeated: tuple[str, ...] = ()
    """Directives that are there again, and ignored."""
    skipped: tuple[str, ...] = ()
    """Directives with characters beyond ASCII: browsers skip them."""
    meta: bool = False
    """From a ``meta`` element, where some directives do not count."""

    def get(self, name: str) -> tuple[str, ...] | None:
        """The values of a directive; None when it is not there, or does not count."""
        if self.meta and name in IGNORED_IN_META:
            return None
        return next((values for known, values in self.directives if known == name), None)

    def effective(self, name: str) -> tuple[str, tuple[str, ...]] | None:
        """The directive that decides, and its values; None when nothing restricts it."""
        for candidate in (name, *_FALLBACKS.get(name, ())):
            if (values := self.get(candidate)) is not None:
                return candidate, values
        return None


def parse_policy(text: str, *, meta: bool = False) -> Policy:
    """One serialized policy. Any text is one: what browsers do not understand they skip.

    Args:
        text: without commas that would begin another one.
        meta: whether it stands in a ``meta`` element.
    """
    found: dict[str, tuple[str, ...]] = {}
    repeated: dict[str, None] = {}
    skipped: list[str] = []
    for token in text.split(";"):
        words = _WORDS.findall(token)
        if not words:
            continue
        name = words[0].lower()
        if not token.isascii():
            skipped.append(name)
        elif name in found:
            repeated[name] = None
        else:
            found[name] = tuple(words[1:])
    return Policy(tuple(found.items()), tuple(repeated), tuple(skipped), meta)


@lru_cache(maxsize=64)
def parse_header(values: tuple[str, ...]) -> tuple[Policy, ...]:
    """Every policy of a header: one a field, and one more after every comma. Empty ones are none.

    Args:
        values: of every field of that name, in order.
    """
    policies = (parse_policy(part) for value in values for part in value.split(","))
    return tuple(policy for policy in policies if policy.directives or policy.skipped)


@lru_cache(maxsize=64)
def parse_meta(contents: tuple[str, ...]) -> tuple[Policy, ...]:
    """The policies of ``meta`` elements. A comma separates nothing there (HTML, *pragma directives*).

    Args:
        contents: of every such element, in order.
    """
    policies = (parse_policy(content, meta=True) for content in contents)
    return tuple(policy for policy in policies if policy.directives or policy.skipped)
