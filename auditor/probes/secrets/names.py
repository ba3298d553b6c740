"""Values that a name calls secret: ``JWT_SECRET=…``, ``apiSecret:"…"``, ``SECRET_KEY: str = "…"``.

Minified scripts are full of names and texts that only look like this, so the value has to look random too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.facts.sightings import Nature
from auditor.model import Severity
from auditor.probes.secrets.escapes import unescaped
from auditor.probes.secrets.found import Detector, Found, Look
from auditor.probes.secrets.tokens import entropy
from auditor.probes.secrets.weak import is_weak

_WORDS = (b"secret", b"passw", b"pwd", b"token")
_KEYS = rb"(?:api|private|access|service|role|signing|encryption|master|admin|secret|auth|jwt|session)[_\-]?key"
_QUOTE = rb"(?:\\{0,15}[\"'`]|&quot;|&#3[49];|\\{1,15}(?:u00|x)2[27]|%2[27])"
_SAFE = rb"[^\s\"'`\\<>]"
_IS = rb"(?::[ ]{0,2}[A-Za-z\[\] |.]{3,24}[ ]{0,2}=|=>?|:|\|\||\?\?|%3[aAdD])"
_ELSE = rb"(?:[\w.$]{1,80}[ ]{0,2}(?:\|\||\?\?)[ ]{0,2})?"
"""What a default stands behind: ``process.env.NAME ?? "…"``."""
_WIDE = (
    rb"[\w\-]*(?:[\\\"'`]*|&quot;|&#3[49];|\\+(?:u00|x)2[27]|%2[27]) *(?::[A-Za-z\[\] |.]* *=|=>?|:|\|\||\?\?|%3[ad]) *"
    rb"(?:[\w.$]+ *(?:\|\||\?\?) *)?(?:\\*[\"'`]|&quot;|&#3[49];|\\+(?:u00|x)2[27]|%2[27])[^\s\"'`\\<>]{8}"
)
_WIDE_BARE = rb"[A-Z0-9_]*(?:=|: {1,2})[^\s\"'`\\<>(){}]{8}"
_BACKWARDS = re.compile(rb"[\w.-]*")
_DIGIT = re.compile(rb"[0-9]")
_QUOTED = re.compile(
    rb"(?P<rest>[\w-]{0,40}+)(?:%b)?[ ]{0,2}%b[ ]{0,2}(?P<else>%b)(?P<open>%b)(?P<value>%b{8,200}?)(?=%b)"
    % (_QUOTE, _IS, _ELSE, _QUOTE, _SAFE, _QUOTE)
)
_BARE = re.compile(rb"(?P<rest>[A-Z0-9_]{0,40}+)(?:=|: {1,2})(?P<value>[^\s\"'`\\<>(){}]{8,200})(?=\s|\Z|\\n|\\r|\\\")")
_ANY_WORD = re.compile(b"|".join((*_WORDS, b"key")), re.IGNORECASE)

_SECRET = re.compile(
    r"(?:secret|pass(?:wo?r?d|wd|phrase)?|pwd|(?:secret|private|signing|encryption|service|master|admin|jwt|session)key"
    r"|secretaccesskey|servicerolekey|auth(?:entication)?token|webhooksecret|clientsecret|jwtsecret|bottoken|personalaccesstoken)"
    r"(?:key|value|base|hash|prod(?:uction)?|live|hex|base64)?"
)
_UNCLEAR = re.compile(r"(?:token|apikey|accesskey|accesskeyid)")
_PUBLIC = re.compile(
    r"anon|publishable|public|sitekey|clientid|csrf|xsrf|nonce|reset|forgot|label|placeholder|hint|error|message|title|field"
    r"|input|toggle|show|hide|confirm|design|syntax|parser|pagination|continuation|searchkey|searchonly|captcha|integrity"
)
_WORD = re.compile(r"[A-Z]?[a-z]{3,}|[A-Z]{4,}")
_CODE = re.compile(
    r"[(){}\[\]]|=>|\$\{|\{\{|&&|\|\||;|::|,|^[/.#@:<*!?=-]|^\w+:/|^data:|^[\w$]+(?:\.[A-Za-z_$]+)+$|%s"
    r"|\.(?:js|ts|css|json|html?|svg|png)$"
)
_STAND_IN = re.compile(
    r"x{4,}|\*{3,}|\.{3}|example|placeholder|change.?me|your|dummy|sample|redacted|insert|replace|(.)\1{5}|abcdef|12345678"
    r"|undefined|^test|^fake",
    re.IGNORECASE,
)


def detector() -> Detector:
    """What finds them."""
    quoted = rb"[\w\-]{0,40}+%b?[ ]{0,2}%b[ ]{0,2}%b%b%b{8}" % (_QUOTE, _IS, _ELSE, _QUOTE, _SAFE)
    bare = rb"[A-Z0-9_]{0,40}+(?:=|: {1,2})[^\s\"'`\\<>(){}]{8}"
    looks = [Look(word, word + quoted, caseless=True, wide=word + _WIDE, behind=8) for word in _WORDS]
    looks.append(Look(b"key", _KEYS + quoted, caseless=True, before=12, after=quoted, wide=_KEYS + _WIDE, behind=8))
    # without quotes only what is all capitals counts, as in files of variables
    for word in (*_WORDS, b"key"):
        loud = word.upper()
        looks.append(Look(loud, loud + bare, wide=loud + _WIDE_BARE, behind=8))
    return Detector(tuple(looks), _confirm)


def _confirm(data: bytes, at: int) -> Iterator[Found]:
    word = _ANY_WORD.match(data, at)
    if not word:
        return
    match = _QUOTED.match(data, word.end()) or _BARE.match(data, word.end())
    if not match or not _DIGIT.search(match["value"]):
        return  # nothing random: most of what scripts hold
    if match.re is _QUOTED and _ANY_WORD.search(match["else"]):
        return  # the last name that leads to a value is its name
    before = _BACKWARDS.match(data[max(0, at - 64) : at][::-1])
    head = (before[0][::-1] if before else b"") + word[0]
    if match.re is _QUOTED or head.isupper():
        name = (head + match["rest"]).decode("latin-1")
        value, _ = unescaped(match["value"])
        yield from _judged(name.lstrip(".-"), value, match)


def _judged(name: str, raw: bytes, match: re.Match[bytes]) -> Iterator[Found]:
    value = raw.decode("latin-1")
    flat = re.sub(r"[^a-z0-9]", "", name.rpartition(".")[2].lower())
    if _PUBLIC.search(flat) or not value.isascii() or not value.isprintable() or _CODE.search(value):
        return
    secret, unclear = _ends_with(_SECRET, flat), _ends_with(_UNCLEAR, flat)
    if not (secret or unclear) or _STAND_IN.search(value) or not _is_random(value, strict=not secret):
        return
    yield Found(
        *match.span("value"), raw, "named-secret" if secret else "named-key",
        f"value of a variable called {_shown(name)}", Severity.HIGH if secret else Severity.MEDIUM,
        Nature.SECRET if secret else Nature.UNCLEAR, name=_shown(name), rank=1,
        why="a value that everybody knows" if is_weak(value) else "its name says so, and it looks random",
    )  # fmt: skip


def _shown(name: str) -> str:
    return name.rpartition(".")[2][-60:]


def _ends_with(pattern: re.Pattern[str], flat: str) -> bool:
    return any(match.end() == len(flat) for match in pattern.finditer(flat))


def _is_random(value: str, *, strict: bool) -> bool:
    digits = sum(c.isdigit() for c in value)
    letters = sum(c.isalpha() for c in value)
    words = sum(len(word) for word in _WORD.findall(value) if re.search(r"[aeiouy]", word, re.IGNORECASE))
    if not digits or not letters or words >= 0.75 * len(value):
        return False
    if re.fullmatch(r"[a-z]+(?:[-_.][a-z0-9]+)+|[A-Z]+(?:[_-][A-Z0-9]+)+", value) and words >= 0.4 * len(value):
        return False
    least = 20 if strict else 8
    return len(value) >= least and entropy(value.encode()) >= (3.2 if len(value) >= 16 else 2.5)
