"""Keys that only their surroundings tell: pairs of AWS, and Google's, which may be public."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.facts.sightings import Nature
from auditor.model import Severity
from auditor.probes.secrets.escapes import ends_an_escape
from auditor.probes.secrets.found import Detector, Found, Look
from auditor.probes.secrets.tokens import entropy

_AWS_ID = re.compile(rb"(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])")
_AWS_SECRET = re.compile(
    rb"(?:(?<![A-Za-z0-9/+])|(?<=u0022)|(?<=%22)|(?<=%3[Dd])|(?<=\\[nrt]))[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])"
)
_PAIR = 400
_MIXED = (re.compile(rb"[a-z]"), re.compile(rb"[A-Z]"), re.compile(rb"[0-9]"))
_HEX = re.compile(rb"[0-9a-f]+|[0-9A-F]+")
_AWS_ROTATE = "https://console.aws.amazon.com/iam/home#/security_credentials"
_GOOGLE = re.compile(rb"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])")
_PUBLIC = re.compile(
    rb"maps|authdomain|firebase|messagingsenderid|measurementid|storagebucket|recaptcha|youtube|place|geocod|fonts"
)
_SERVER = re.compile(
    rb"gemini|generativelanguage|generative|vertex|palm|googleai|google_ai|genai|(?:translate|vision)\.googleapis"
)
_GOOGLE_ROTATE = "https://console.cloud.google.com/apis/credentials"
_NEAR = 400


def detectors() -> tuple[Detector, ...]:
    """What finds them."""
    return (
        Detector(
            tuple(Look(word, word + rb"[A-Z2-7]{16}", 20, within=20) for word in (b"AKIA", b"ASIA")),
            _aws,
        ),
        Detector((Look(b"AIza", rb"AIza[A-Za-z0-9_-]{16}", 20, within=20),), _google),
    )


def _aws(data: bytes, at: int) -> Iterator[Found]:
    match = _AWS_ID.match(data, at)
    if not match or b"EXAMPLE" in match[0] or (at and data[at - 1 : at].isalnum() and not ends_an_escape(data, at)):
        return
    if entropy(match[0][4:]) < 2.5:
        return
    found = Found(
        at, match.end(), match[0], "aws-access-key-id", "AWS access key id", Severity.MEDIUM, Nature.UNCLEAR,
        match[0][:4].decode(), why="half of a pair: its secret is not near", rotate=_AWS_ROTATE, rank=5,
    )  # fmt: skip
    secret = _aws_secret(data, at, match.end())
    if secret:
        yield Found(
            *secret.span(), secret[0], "aws-secret-key", "AWS secret access key", Severity.CRITICAL, Nature.SECRET,
            why="stands with its access key id", rotate=_AWS_ROTATE, rank=5,
        )  # fmt: skip
        found = Found(
            at, match.end(), match[0], "aws-access-key-id", "AWS access key id", Severity.CRITICAL, Nature.SECRET,
            match[0][:4].decode(), why="its secret stands beside it", rotate=_AWS_ROTATE, rank=5,
        )  # fmt: skip
    yield found


def _aws_secret(data: bytes, start: int, end: int) -> re.Match[bytes] | None:
    """The nearest forty characters that look like the other half."""
    best: re.Match[bytes] | None = None
    for match in _AWS_SECRET.finditer(data, max(0, start - _PAIR), end + _PAIR):
        value = match[0]
        random = all(kind.search(value) for kind in _MIXED) and entropy(value) >= 4.2 and b"EXAMPLE" not in value
        if not random or _HEX.fullmatch(value):
            continue
        if best is None or abs(match.start() - end) < abs(best.start() - end):
            best = match
    return best


def _google(data: bytes, at: int) -> Iterator[Found]:
    match = _GOOGLE.match(data, at)
    if not match or entropy(match[0]) < 3.5:
        return
    if at and re.match(rb"[A-Za-z0-9_-]", data[at - 1 : at]) and not ends_an_escape(data, at):
        return
    around = data[max(0, at - _NEAR) : match.end() + _NEAR].lower()
    severity, nature, why = Severity.MEDIUM, Nature.UNCLEAR, "what it may be used for, its restrictions tell"
    if _SERVER.search(around):
        severity, nature, why = Severity.HIGH, Nature.SECRET, "stands with an API that is billed by its use"
    elif _PUBLIC.search(around):
        severity, nature, why = Severity.INFO, Nature.PUBLIC, "stands with Maps or Firebase, whose keys browsers hold"
    yield Found(
        at, match.end(), match[0], "google-api-key", "Google API key", severity, nature, "AIza",
        why=why, rotate=_GOOGLE_ROTATE, rank=5,
    )  # fmt: skip
