"""Keeps secrets out of everything that leaves the audit.

Two ways, together: the *values* that the audit holds (passwords of its URLs, keys, tokens, secret-looking environment
variables) in every encoding they may come back in, and the *shapes* that a secret of others may have.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import cache, partial
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from auditor.secret_forms import cut_off, finder, forms, heads, matches, written
from auditor.text import encodable

T = TypeVar("T")

SHORTEST_SECRET = 6
"""Values shorter than this are no secret worth the name, and replacing them would garble the report."""

_RUN = re.compile(r"[A-Za-z0-9_+/=%\\~!-]{16,}")
"""What nearly every token is, or holds; the others have shapes here, or names."""
_DIGIT = re.compile(r"[0-9]")

NOT_SECRET = frozenset({
    "postgres", "password", "secret", "public", "service", "localhost", "anonymous", "example", "changeme",
    "supabase", "production", "development", "prefer", "require", "disable",
})  # fmt: skip
"""Words that stand in reports for other reasons. As passwords they are findings, not secrets."""

_ENCODED = r"(?=\S*[0-9=]|\S[a-z]*[A-Z]|\S{16})"
"""What an encoded value has and a word of prose after ``Basic`` or ``Bearer`` has not."""

_PEM = r"[A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}"

_SHAPES: tuple[tuple[str, str, str], ...] = (
    # kind, prefix that is public and kept, the rest
    ("private key", "", rf"-----BEGIN {_PEM}-----(?:[^-]|-(?!----))*(?:-----END {_PEM}-----)?"),
    ("JWT", "", r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?"),
    ("Supabase secret key", "sb_secret_", r"[A-Za-z0-9_-]{8,}"),
    ("Supabase access token", "sbp_", r"[A-Za-z0-9]{20,}"),
    ("Stripe secret key", "sk_live_", r"[A-Za-z0-9]{10,}"),
    ("Stripe secret key", "sk_test_", r"[A-Za-z0-9]{10,}"),
    ("Stripe restricted key", "rk_live_", r"[A-Za-z0-9]{10,}"),
    ("Stripe webhook secret", "whsec_", r"[A-Za-z0-9]{16,}"),
    ("GitHub token", "ghp_", r"[A-Za-z0-9]{20,}"),
    ("GitHub token", "gho_", r"[A-Za-z0-9]{20,}"),
    ("GitHub token", "ghs_", r"[A-Za-z0-9]{20,}"),
    ("GitHub token", "github_pat_", r"[A-Za-z0-9_]{20,}"),
    ("GitLab token", "glpat-", r"[A-Za-z0-9_-]{16,}"),
    ("npm token", "npm_", r"[A-Za-z0-9]{30,}"),
    ("Slack token", "xox", r"[abeoprs]-[A-Za-z0-9-]{10,}"),
    ("AWS access key id", "AKIA", r"[A-Z0-9]{16}\b"),
    ("Anthropic key", "sk-ant-", r"[A-Za-z0-9_-]{16,}"),
    ("OpenAI key", "sk-proj-", r"[A-Za-z0-9_-]{16,}"),
    ("SendGrid key", "SG.", r"[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    ("Resend key", "re_", r"[A-Za-z0-9]{6,}_[A-Za-z0-9]{16,}"),
    ("bearer token", "Bearer ", _ENCODED + r"[A-Za-z0-9._~+/=-]{12,}"),
    ("basic credentials", "Basic ", _ENCODED + r"[A-Za-z0-9+/=]{8,}"),
)  # fmt: skip

# The lookbehind keeps a long run of letters from being tried as a scheme at each of them.
_URL_PASSWORD = (
    r"(?<![A-Za-z0-9+.-])(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s:/@'\"<>\[\]]*:)"
    r"(?P<password>[^\s/@'\"<>]+)(?=@)"
)
_WORD = r"(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?token|auth[_-]?token)"
_QUERY = r"[?&][\w.-]*(?:token|key|secret|signature|sig|passw(?:or)?d|pwd|code)="
_NAMED = (
    # name=value and "name": "value"; without quotes a colon is prose more often than not, so a digit must show
    rf"(?P<name>(?:(?<![A-Za-z]){_WORD}(?:[\"']?\s*=\s*[\"']?|[\"']\s*:\s*[\"']|\s*:\s*(?=[^\s]*[0-9]))|{_QUERY}))"
    r"(?P<value>(?!\[redacted)[^\s\"'&,;}<>\[\]]{6,})"
)
_ANY_SHAPE = re.compile(
    "|".join(f"(?:{re.escape(prefix)}{rest})" for _, prefix, rest in _SHAPES) + f"|{_URL_PASSWORD}|(?i:{_NAMED})"
)
_KINDS = [(kind, prefix, re.compile(re.escape(prefix) + rest)) for kind, prefix, rest in _SHAPES]


class Secret:
    """A value that must not be shown. Only :meth:`reveal` gives it out."""

    __slots__ = ("_value", "kind")

    def __init__(self, value: str, kind: str) -> None:
        self._value = value
        self.kind = kind

    def reveal(self) -> str:
        """The value, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({self.kind})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


def mask(kind: str, value: str, prefix: str = "") -> str:
    """What stands where a secret stood: its public prefix, kind and length."""
    return f"{prefix}[redacted {kind}, {len(value)} characters]"


def secret_shape(text: str) -> str:
    """The kind of secret that the text holds by its shape, such as ``JWT``; empty when none."""
    found = _ANY_SHAPE.search(text)
    if not found:
        return ""
    if found["password"] is not None:
        return "" if found["password"].startswith("[redacted") else "password in a URL"
    if found["value"] is not None:
        return "named secret"
    return _kind_at(text, found)[0]


def url_secrets(url: str, kind: str) -> list[Secret]:
    """The secrets that a URL holds: its password, raw and decoded, and secret query parameters."""
    try:
        parts = urlsplit(url)
        password = parts.password or ""
    except ValueError:
        return [Secret(url, kind)]
    query = [pair.partition("=") for pair in parts.query.split("&")]
    values = [password, *(v for k, _, v in query if re.search(r"pass|secret|token|key$", k, re.IGNORECASE))]
    return [Secret(form, kind) for value in values for form in {value, unquote(value)} if form]


def environment_secrets(environ: Mapping[str, str]) -> list[Secret]:
    """Values of environment variables whose names say that they are secret, and passwords in URLs among the rest."""
    found: list[Secret] = []
    for name, value in environ.items():
        if _SECRET_NAME.search(name) and not _names_something(value):
            found.append(Secret(value, f"value of {name}"))
        elif "://" in value:
            found += url_secrets(value, f"password in {name}")
    return found


def _names_something(value: str) -> bool:
    """Whether a value is a file, or a plain word: ``PRIVATE_ROLE=authenticated`` must not hide a role in a report."""
    if re.fullmatch(r"[A-Za-z][a-z_]{0,14}", value):
        return True
    return value.startswith("/") and os.path.exists(value)  # noqa: PTH110  never raises


_SECRET_NAME = re.compile(
    r"PASSW|PASSPHRASE|_PASS$|^PASS$|_PWD$|_AUTH$|_DSN$|SECRET|TOKEN|PRIVATE|CREDENTIAL|API_?KEY|SERVICE_KEY|ACCESS_KEY"
    r"|_KEY$",
    re.IGNORECASE,
)


class Redactor:
    """Replaces secrets in text and in whole facts and findings.

    Args:
        secrets: values to hide wherever they appear, raw, escaped, quoted, or encoded in hexadecimal or base64.
        met: values that scanners of this run come upon; those are hidden too.
    """

    def __init__(self, secrets: Iterable[Secret] = (), met: Met | None = None) -> None:
        self._met, self._seen = met, 0
        self._met_forms: dict[str, tuple[str, int]] = {}
        self._met_values: list[re.Pattern[str]] = []
        self._forms: dict[str, tuple[str, int]] = {}
        for secret in secrets:
            value = secret.reveal()
            if len(value) >= SHORTEST_SECRET and value.lower() not in NOT_SECRET:
                for form in forms(value):
                    if len(form) >= SHORTEST_SECRET:
                        self._forms.setdefault(form, (secret.kind, len(value)))
        self._values = finder(self._forms)
        self._heads = heads(self._forms)
        kinds = "|".join(sorted({re.escape(kind) for kind, _ in self._forms.values()}))
        self._own_masks = re.compile(rf"\[redacted (?:{kinds}), \d+ characters\]")

    def text(self, text: str) -> str:
        """The text without its secrets. Redacting twice changes nothing."""
        return self._changed([text]).get(text, text)

    def suspects(self, text: str) -> bool:
        """Whether the text holds anything to redact."""
        return bool(self._changed([text]))

    def apply(self, value: T) -> T:
        """A copy of a fact or finding without secrets; the same object when there is nothing to hide."""
        texts = list(dict.fromkeys(_strings(value)))
        changed = self._changed(texts)
        if not changed and _is_encodable("".join(texts)):
            return value
        redacted: T = _walk(value, lambda part: encodable(changed.get(part, part)))
        return redacted

    def _changed(self, texts: Sequence[str]) -> dict[str, str]:
        """What the texts become that hold secrets. All are searched at once: most hold none, and there may be many."""
        joined = _BETWEEN.join(texts)
        known = list(self._known(joined))
        found = [*known, *_shapes(joined), *_recognised(joined)]
        if not found:
            return {}
        areas = iter(_areas(joined, found))
        area, changed, start = next(areas, None), {}, 0
        for text in texts:
            end, pieces, at = start + len(text), list[str](), start
            while area is not None and area.start < end:
                first, last = max(area.start, start), min(area.end, end)
                if first < last:
                    pieces += [joined[at:first], area.mask(first, last)]
                    at = last
                if area.end > end:
                    break
                area = next(areas, None)
            if pieces:
                changed[text] = "".join([*pieces, joined[at:end]])
            start = end + len(_BETWEEN)
        return changed

    def _known(self, text: str) -> Iterator[_Area]:
        if self._met is not None and self._seen != len(self._met):
            values = self._met.values()
            self._seen = len(values)
            self._met_forms = {form: (kind, len(value)) for value, kind in values.items() for form in written(value)}
            self._met_values = finder(self._met_forms)
            self._heads = heads((*self._forms, *self._met_forms))
        for start, end in matches(self._met_values, text):
            yield _Area(start, end, 1, *self._met_forms[text[start:end]])
        for start, end in cut_off(self._heads, text):
            yield _Area(start, end, 2, "secret")
        own = None
        for start, end in matches(self._values, text):
            if own is None:
                own = [mask.span() for mask in self._own_masks.finditer(text)]
            at = bisect_right(own, (start, len(text))) - 1
            if at < 0 or own[at][1] < end:  # the kinds of values are no values, though they may hold the word
                kind, length = self._forms[text[start:end]]
                yield _Area(start, end, 0, kind, length)


IN_FORCE: list[Redactor] = []
"""Those that know the secrets of the checklists that this process has loaded, for messages of failures."""


class Met:
    """Secrets that scanners come upon, for the redactor: where a place is named after one, it takes it out."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Met({len(self)} values)"

    def add(self, value: str, kind: str) -> None:
        """Keep a value, unless it is short or a word, or there are very many already.

        Args:
            value: as it stood there. It goes nowhere but out of what is told.
            kind: what it is called.
        """
        if (
            _SHORTEST_MET <= len(value) <= _LONGEST_MET
            and len(self._values) < _MOST_MET
            and not _PROSE.fullmatch(value)
        ):
            self._values.setdefault(value, kind)

    def values(self) -> dict[str, str]:
        """Each with its kind."""
        return dict(self._values)  # threads may add to it


MET = Met()
"""Those of this process."""
_SHORTEST_MET, _LONGEST_MET = 12, 8_000
_MOST_MET = 3000
_PROSE = re.compile(r"[A-Za-z ./_-]*\d{0,4}")

_BETWEEN = "\n\0\n"
"""Between texts that are searched together: no secret goes on over it."""
_MASK = re.compile(r"\[redacted [^\[\]\n]{1,160}, \d{1,9} characters\]")


@dataclass(frozen=True, slots=True)
class _Area:
    """Characters to take out."""

    start: int
    end: int
    rank: int
    """0: a value that is known; 1: a shape; 2: what the rules recognise. Of those that overlap, the first is told."""
    kind: str
    length: int = 0
    """Of the value, where that is another than the area's."""
    prefix: str = ""

    def mask(self, start: int, end: int) -> str:
        """What stands for a part of it."""
        public = self.prefix if start == self.start and end - start > len(self.prefix) else ""
        told = f"{self.length or self.end - self.start} characters"
        return f"{public}[redacted {self.kind}, {told}]"


def _shapes(text: str) -> Iterator[_Area]:
    for found in _ANY_SHAPE.finditer(text):
        for group, kind in (("password", "password"), ("value", "secret")):
            if found[group] is not None:
                yield _Area(*found.span(group), 1, kind)
                break
        else:
            kind, prefix = _kind_at(text, found)
            yield _Area(*found.span(), 1, kind, prefix=prefix)


def _kind_at(text: str, found: re.Match[str]) -> tuple[str, str]:
    """Kind and public prefix of a shape: tried where it stands, as some look at what comes after it."""
    return next((kind, prefix) for kind, prefix, pattern in _KINDS if pattern.match(text, found.start()))


def _recognised(text: str) -> Iterator[_Area]:
    """What the table of rules recognises. It is loaded when there is something to search."""
    if not any(_DIGIT.search(run[0]) for run in _RUN.finditer(text)):
        return  # what a run tells seldom looks like a token, and loading the table takes a third of a second
    from auditor.probes.secrets.spans import secret_spans

    for start, end, kind, prefix in secret_spans(text):
        yield _Area(start, end, 2, kind, prefix=prefix)


def _areas(text: str, found: Iterable[_Area]) -> Iterator[_Area]:
    """The areas that overlap put together, in the order of the text, without what has been masked before."""
    group: list[_Area] = []
    end = -1
    for area in sorted(
        (one for one in map(partial(_beyond_mask, text), found) if one), key=lambda a: (a.start, -a.end)
    ):
        if group and area.start >= end:
            yield _together(group, end)
            group = []
        group.append(area)
        end = max(end, area.end) if len(group) > 1 else area.end
    if group:
        yield _together(group, end)


def _beyond_mask(text: str, area: _Area) -> _Area | None:
    """What of an area is not a mask: ``password=[redacted …]`` looks like a password, too."""
    if area.rank and (masked := _MASK.match(text, area.start)):
        return replace(area, start=masked.end(), prefix="") if masked.end() < area.end else None
    return area


def _together(group: Sequence[_Area], end: int) -> _Area:
    best = min(group, key=lambda area: (area.rank, area.start))
    start = group[0].start
    whole = (best.start, best.end) == (start, end)
    prefix = best.prefix if best.start == start else ""
    return replace(best, start=start, end=end, length=best.length if whole else 0, prefix=prefix)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _strings(value: Any) -> list[str]:
    """All text in a value, in any order. Without recursion: it looks through hundreds of thousands of findings."""
    found: list[str] = []
    left = [value]
    while left:
        part = left.pop()
        if isinstance(part, str):
            found.append(part)
        elif part is None or isinstance(part, (bool, int, float)):
            continue
        elif isinstance(part, Mapping):
            left += part.keys()
            left += part.values()
        elif isinstance(part, (list, tuple, set, frozenset)):
            left += part
        elif isinstance(part, (bytes, bytearray)):
            found.append("password=unreadable")  # so that it is walked
        elif hasattr(type(part), "model_fields"):
            left += dict(part).values()
        elif is_dataclass(part) and not isinstance(part, type):
            left += [getattr(part, name) for name in _names(type(part))]
    return found


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _walk(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, (bytes, bytearray)):
        # what they say cannot be looked through in every encoding, so they say nothing
        return type(value)(f"[redacted bytes, {len(value)} of them]".encode())
    if isinstance(value, Mapping):
        return {_walk(k, redact): _walk(v, redact) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*(_walk(v, redact) for v in value))
        return type(value)(_walk(v, redact) for v in value)
    if hasattr(type(value), "model_fields"):  # of pydantic, which is not loaded here
        return value.model_copy(update={name: _walk(part, redact) for name, part in dict(value).items()})
    if is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: _walk(getattr(value, f.name), redact) for f in fields(value) if f.init}
        return replace(value, **changed)
    return value
