"""What is a secret that is written out, and what only stands where one will be.

Everything here is about one value and its name. A value that is a reference to a secrets manager, encrypted, or
plainly something to be filled in, is no secret. A value that *works* although everybody knows it, as ``changeme``
does, is told as what it is: a default value.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.facts.repository import DEFAULT_VALUE
from auditor.model import Severity
from auditor.probes.repository.names import is_public_name, is_secret_name, is_secret_variable, words
from auditor.probes.repository.values import LONGEST, Value, written_out
from auditor.probes.secrets.jwt import jwt_role, jwts
from auditor.redact import secret_shape

NAMED = "value of a secret variable"
_SHORTEST = 4
_NOTHING = frozenset(
    (
        "true",
        "false",
        "none",
        "null",
        "undefined",
        "nil",
        "yes",
        "no",
        "n/a",
        "auto",
        "default",
        "inherit",
        "write",
        "read",
    )
)

_PLACEHOLDER = re.compile(
    r"<.*>|\[[^\]]*\]|\{[^}]*\}|[*.•x_#?-]{3,}"
    r"|(?:todo|tbd|fixme|redacted|hidden|masked|placeholder|example|dummy|sample|fake)(?:\b|_).*"
    r"|(?:your|replace|insert|enter|put|paste|fill|add|set|provide|generate|use|to[-_ ]be|same[-_ ]as|see)[-_ ].*"
    r"|(?-i:your[A-Z]).*"
    r"|.*[-_ ](?:goes[-_ ]?here|here|placeholder|example|dummy|fake|replace[-_ ]?me|redacted)[>.]?"
    r"|(?:not|no)[-_ ](?:a|an|the|real|used|set|needed|required)\b.*"
    r"|.{0,60}(?:\.\.\.|…|x{5,}|\*{4,}|0{12,}|<[\w -]+>).{0,60}",
    re.IGNORECASE,
)
_SUBJECT = r"(?:secret|password|passwd|token|api[-_]?key|key)"
_KNOWN = (
    r"(?:test(?:ing)?|dev(?:elopment)?|local(?:host)?|ci|demo|temp|foo(?:bar)?|bar|admin(?:istrator)?|root|user|guest"
    r"|app|db|postgres(?:ql)?|mysql|mongo(?:db)?|redis|rabbitmq|minio|supabase|django|fastapi|keycloak|grafana|nothing"
    r"|pass|letmein|welcome|qwerty(?:uiop)?|insecure|unsafe|weak|abc|sa|hunter2?|monkey|dragon|iloveyou|trustno1"
    r"|p@ss(?:w0rd|word)?|passw0rd|s3cr3t|minioadmin|minio123)"
)
_DEFAULT = re.compile(
    r"(?:change|replace)[-_ ]?(?:me|this|it|in|before|after|for)?(?:[-_ !.].*)?"
    r"|.{0,80}[-_ ]?change[-_ ]?(?:me|this|in|it|before|on)\b.*"
    r"|.{0,80}(?:in|for)[-_ ](?:prod|production|dev|development|testing?)\b.*"
    r"|(?:your[-_])?super[-_]secret.*|my[a-z]{0,12}(?:salt|secret|password|token|key)"
    r"|.{0,20}(?:123456789|asdfghjkl|abcdefgh|qwertyui|deadbeef|cafebabe|cafef00d|feedface).{0,20}"
    rf"|(?:this[-_])?(?:is[-_])?(?:a[-_])?(?:my|very|top|some|the)?[-_ ]?{_SUBJECT}"
    r"[-_ ]?(?:key|value|token|password|string)?[-_]?[0-9!@]{0,6}"
    rf"|{_KNOWN}(?:[-_ ]?(?:secret|password|passwd|pass|pwd|token|key|user|admin|jwt|db|only|local|dev|test)){{0,4}}"
    r"[-_]?[0-9!@.]{0,6}"
    r"|(?:0?123456789?0?|1234|12345|12345678|87654321|([^x*.?#_-])\1{3,})",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"\$\{\{[^}]{0,400}\}\}|\{\{[^}]{0,400}\}\}|<%[^%]{0,400}%>|%\([\w.-]{1,80}\)s|%[A-Z_][A-Z0-9_]{1,80}%"
    r"|\$\([\w.:-]{1,120}\)|\$\[[^\]]{0,200}\]|\$\{[^{}\n]{1,400}\}|\$(?:env|secret):\w{1,80}|\(\([\w./-]{1,120}\)\)"
    r"|@@\w{1,80}@@|__[A-Z][A-Z0-9_]{1,80}__|#\{[^}]{0,200}\}#?|(?<!\w)env\([^)]{0,120}\)"
)
_WHOLE_REFERENCE = re.compile(
    r"(?:vault|secretref|secretref\+\w+|ref\+\w+|ssm|secretsmanager|awssm|gcp-?sm|sm|keyvault|akv|azurekv|op|bws|doppler"
    r"|infisical|chamber|berglas|keyring|keychain|secrets?|env|encrypted|lastpass|1password):[^\s].*"
    r"|projects/[^/]+/secrets/.*|arn:aws[\w-]*:(?:secretsmanager|ssm|kms):.*|@Microsoft\.KeyVault\(.*"
    r"|ENC\[.*|ENC\(.*\)|\{cipher\}.*|\$ANSIBLE_VAULT;.*|AgA[A-Za-z0-9+/=]{100,}|age1[a-z0-9]+"
    r"|!(?:Ref|Sub|GetAtt|ImportValue|vault|reference)\b.*|-----BEGIN (?:PGP MESSAGE|AGE ENCRYPTED FILE)-----.*"
    r"|(?:process\.env|import\.meta\.env|os\.environ|Deno\.env|var|local|data|module|secrets|vars|env|settings|config)[.\[].*",
    re.IGNORECASE | re.DOTALL,
)
_URL = re.compile(
    r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,30}://(?P<user>[^\s:/@'\"<>\[\]]{0,256}):(?P<password>[^\s/@'\"<>]{1,512})@(?P<host>[\w.-]{0,255})"
)
_CONNECTION = re.compile(
    r"(?:^|[;\s])(?:password|pwd|accountkey|sharedaccesskey)\s?=\s?(?P<password>[^;\s\"']{4,512})", re.IGNORECASE
)
_SCHEME = re.compile(r"(?:bearer|basic|token|apikey|key)\s+(\S+)", re.IGNORECASE)
_LOCAL = re.compile(r"(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|host\.docker\.internal)", re.IGNORECASE)
_PATH = re.compile(r"\.{0,2}(?:/[\w.@-]+)+/?")
_PROSE = re.compile(r"\S+(?:\s+\S+){2,}|\S+\s+\S+", re.DOTALL)
_IDENTIFIER = re.compile(r"[A-Za-z](?:[-_.:/ ]?[A-Za-z])*")
_WORD = re.compile(r"[a-z]{4,12}")
_OF_PEOPLE = re.compile(r"PASS|PWD|SECRET|SALT|AUTH|CREDENTIAL|_URL$", re.IGNORECASE)
_CONSTANT = re.compile(r"[A-Z][A-Z0-9]{0,40}(?:_[A-Z0-9]{1,40}){1,10}")
_MODULE = re.compile(r"[A-Za-z_]\w{0,60}(?:\.[A-Za-z_]\w{0,60}){1,12}:[A-Za-z_]\w{0,80}")
_FILE = re.compile(r"[\w-]{1,60}\.(?:crt|cer|key|pem|json|ya?ml|toml|txt|p12|env|log|html)", re.IGNORECASE)
_FIELD = re.compile(r"[a-z]{1,20}(?:[_-][a-z]{1,20}){1,8}(?:[_-]?[0-9])?")
_FIELD_WORDS = frozenset(
    {
        "TOKEN",
        "SECRET",
        "PASSWORD",
        "KEY",
        "CREDENTIAL",
        "CREDENTIALS",
        "CODE",
        "AUTH",
        "API",
        "ACCESS",
        "KEYS",
        "TOKENS",
    }
)
_OF_FIELDS = re.compile(r"(?:COOKIE|TOKEN|CREDENTIALS?|PASSWORD|ADMIN|CACHE|STORAGE|EMAIL|ID)_KEY$")
"""Keys under which something is kept: ``USER_SESSION_COOKIE_KEY = "acme_session"``."""
_PARAMETER = re.compile(r"[\w-]{1,40}=[\"'$]?")
_SHORTEST_KEY = 100
"""Characters of a private key in PEM: those of an Ed25519 key are more."""
_NOTHING_YET = re.compile(
    r"(?:<.*>|\*+|x{3,}|\.{3}|todo|none|null|nil|true|false|undefined|[01]|(?:your|my|replace|insert|put)[-_ ].*"
    r"|(?:example|dummy|placeholder|redacted)\b.*|\$\{?[A-Za-z_]\w*(?:[:?+-][^}]*)?\}?|)",
    re.IGNORECASE | re.DOTALL,
)
_HASH = re.compile(
    r"\$(?:2[abxy]|argon2\w*|scrypt|6|5|1|apr1)\$.*|pbkdf2_\w+\$.*|(?:sha(?:1|256|384|512)|md5)[-:$].*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A value that is a secret."""

    kind: str
    length: int
    severity: Severity
    local: bool = False
    """It opens something on the developer's own machine."""


def judge(value: Value) -> Judged | None:
    """What a value is when it is a secret written out; None when it is none.

    Takes time in proportion to the value.
    """
    text, open_ = _resolved(value)
    if len(text) < _SHORTEST or text.lower() in _NOTHING or _WHOLE_REFERENCE.fullmatch(text[:LONGEST]):
        return None
    if (password := _password(text)) is not None:
        return password if password.kind else None
    if (kind := _shape(text)) == "private key" and value.code and len(text) < _SHORTEST_KEY:
        return None  # its first line alone, in a program
    if kind and is_demo_key(text):
        return Judged(DEFAULT_VALUE, len(text), Severity.LOW)
    if kind:
        return Judged(kind, len(text), Severity.CRITICAL)
    if open_ or not is_secret_name(value.key, code=value.code):
        return None
    return _named(value, text)


def named_secrets(values: Iterable[Value]) -> Iterator[tuple[Value, Judged]]:
    """The values that are secret literals, and what they are."""
    for value in values:
        if judged := judge(value):
            yield value, judged


def is_default(text: str) -> bool:
    """Whether everybody knows the value."""
    return len(text) <= 200 and _DEFAULT.fullmatch(text) is not None


def stands_for_nothing(value: str) -> bool:
    """Whether the value of a variable is empty, a reference, or a word where somebody has to write one."""
    return bool(_NOTHING_YET.fullmatch(value[:500].strip()))


def is_placeholder(text: str) -> bool:
    """Whether a value says that another one should stand there."""
    return len(text) <= 400 and not is_default(text) and _PLACEHOLDER.fullmatch(text) is not None


def _resolved(value: Value) -> tuple[str, bool]:
    text, open_ = value.text.strip(), False
    if len(text) > LONGEST:
        return text, False
    if value.refers:
        text, open_ = written_out(text)
        bare = _REFERENCE.sub("", text)
        text, open_ = bare, open_ or bare != text
    return text.strip(), open_


def _password(text: str) -> Judged | None:
    """The password inside a URL or a connection string; with an empty kind where it is none worth telling."""
    if len(text) > LONGEST:
        return None
    verdict = None
    # programs in a text say `password = …` too
    connections = () if "\n" in text else _CONNECTION.finditer(text)
    for found in (*_URL.finditer(text), *connections):
        host = found.groupdict().get("host") or ""
        password, user = found["password"], (found.groupdict().get("user") or "")
        local = _LOCAL.fullmatch(host) is not None
        if (
            is_placeholder(password)
            or _REFERENCE.fullmatch(password)
            or password.startswith(("$", "{", "%", "[redacted"))
        ):
            verdict = verdict or Judged("", 0, Severity.INFO)
        elif is_default(password) or password == user:
            verdict = Judged(DEFAULT_VALUE, len(text), Severity.LOW, local)
        else:
            kind = "password in a URL" if host or "://" in found[0] else "password in a connection string"
            return Judged(kind, len(text), Severity.MEDIUM if local else Severity.CRITICAL, local)
    return verdict


def _shape(text: str) -> str:
    kind = secret_shape(text)
    if kind == "JWT" and {jwt_role(payload) for _, _, payload in jwts(text)} == {"anon"}:
        return ""  # the anon key is public by design
    if kind in ("bearer token", "basic credentials"):
        rest = _SCHEME.search(text)
        # the parameters of a challenge: RFC 9110, section 11.6.1
        none = rest is None or is_placeholder(rest[1]) or is_default(rest[1]) or _PARAMETER.match(rest[1])
        return "" if none else kind
    if kind in ("named secret", "password in a URL"):
        return ""  # names are judged here, by all that is known about them
    # sixteen different letters and digits are a token, and a row of x is none
    return (
        ""
        if kind and re.search(r"x{5}|\*{3}|0{12}|\.\.\.|EXAMPLE", text, re.IGNORECASE) and kind != "private key"
        else kind
    )


def _named(value: Value, text: str) -> Judged | None:
    if scheme := _SCHEME.fullmatch(text):
        text = scheme[1]
    if _HASH.fullmatch(text) or "://" in text or _PATH.fullmatch(text):
        return None  # the hash of one, a URL without a password, or the path of a secret's file
    if set(words(text)) == set(words(value.key)) or jwts_public(text) or is_public_value(text):
        return None
    if _names_something(value, text):
        return None
    if value.code and _is_code(value.key, text):
        return None
    if is_default(text) or text.upper() in words(value.key):
        return Judged(DEFAULT_VALUE, len(text), Severity.LOW)  # CLICKHOUSE_PASSWORD: clickhouse
    if _WORD.fullmatch(text) and not _OF_PEOPLE.search(value.key):
        return None  # the state of a token, and none itself: people choose words for passwords only
    if is_placeholder(text):
        return None
    return Judged(NAMED, len(text), Severity.HIGH)


def _names_something(value: Value, text: str) -> bool:
    """Whether a value is the name of something: of a variable, a module, a file, a field."""
    if _CONSTANT.fullmatch(text):
        return is_secret_variable(text)
    if _MODULE.fullmatch(text) or _FILE.fullmatch(text):
        return True
    if _FIELD.fullmatch(text) and _OF_FIELDS.search("_".join(words(value.key))):
        return True
    # names of fields and sentences stand in constants of programs, and secrets seldom are made of words alone
    field = value.constant and _FIELD.fullmatch(text) and set(words(text)) & _FIELD_WORDS
    return bool(field) or (value.constant and _PROSE.fullmatch(text) is not None)


def is_demo_key(text: str) -> bool:
    """Whether it is a key that every local Supabase has: signed with a secret that everybody knows."""
    return any(jwt_claims(payload).get("iss") == "supabase-demo" for _, _, payload in jwts(text))


def is_local(host: str) -> bool:
    """Whether a text begins with the name of the very machine."""
    return _LOCAL.match(host) is not None


def jwt_claims(payload: str) -> dict[str, object]:
    """The claims of a JWT's middle part; none when it cannot be read."""
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def jwts_public(text: str) -> bool:
    """Whether it is the anon key of Supabase, once or more."""
    roles = {jwt_role(payload) for _, _, payload in jwts(text)}
    return roles == {"anon"}


def is_public_value(text: str) -> bool:
    """Whether the value is one that providers make to be seen by everybody."""
    return (
        re.match(
            r"sb_publishable_|pk_(?:live|test)_|pk\.eyJ|phc_|G-[A-Z0-9]{6,}|ssh-(?:rsa|ed25519) |-----BEGIN (?:PUB|C)",
            text,
        )
        is not None
    )


def _is_code(key: str, text: str) -> bool:
    """Whether a value of a program is a word of it, as in ``password: "Password"``, and not a secret."""
    if _PROSE.fullmatch(text) or is_public_name(key) or not text.isascii():
        return True
    if not re.search(r"[A-Za-z0-9]{4}", text) or re.search(r"[(){}<>\[\]\\,`;|]|^[-/#.&?:@]|^\w+\s?=", text):
        return True
    if re.fullmatch(r"\d{1,6}|[\d.]+[a-z]{0,3}", text):
        return True  # the number of an error, a size, a duration
    if text.endswith(("_", "-")) or (len(text) < 6 and not _OF_PEOPLE.search("_".join(words(key)))):
        return True  # what tokens begin with, or too short for one
    named = set(words(key))
    if set(words(text)) <= named | {
        "KEY",
        "TOKEN",
        "SECRET",
        "PASSWORD",
        "API",
        "ACCESS",
        "REFRESH",
        "AUTH",
        "BEARER",
        "TYPE",
        "ID",
    }:
        return True
    # words joined by signs are names; a secret has a digit, or is long, or mixes without sense
    return _IDENTIFIER.fullmatch(text) is not None and not (len(text) >= 20 and re.search(r"[-_.:/ ]", text) is None)
