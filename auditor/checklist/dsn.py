"""Connection strings of PostgreSQL: a light look, so that a slip is told before anything connects.

libpq quotes parts of a string that it cannot read, and such a part may be half a password. What passes here, it can
read.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from auditor.checklist.values import Wrong
from auditor.redact import Secret

_SCHEME = re.compile(r"postgres(?:ql)?(?:\+[a-z0-9_]+)?://")
_SERVER = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\s:@\[\]]*)(?::(?P<port>[0-9]{1,5})?)?")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})|%00")
_UNFIT = re.compile(r"[\s\x00-\x1f\x7f]")
_PAIR = re.compile(r"\s*([A-Za-z_]+)\s*=\s*('(?:[^'\\]|\\.)*'|(?:[^\s'\\]|\\.)(?:[^\s\\]|\\.)*|)(?=\s|$)", re.DOTALL)
_SECRET_WORDS = frozenset({"password", "sslpassword", "oauth_client_secret"})

_URL_REMEDY = (
    'write "postgresql://user:${PASSWORD}@host:5432/database", with each of @ : / ? # % in user or password '
    "percent-encoded: @ is %40, / is %2F"
)
_WORDS_REMEDY = "write \"host=... dbname=... user=... password='${PASSWORD}'\", or a postgresql:// URL"


def connection(value: str) -> str:
    """A connection URL or keywords, in a form that libpq reads.

    A driver in the scheme, as SQLAlchemy wants it (``postgresql+asyncpg://``), is left out.
    """
    if _SCHEME.match(value):
        _url_parts(value)
        return _SCHEME.sub("postgresql://", value, count=1)
    if "://" in value.partition("=")[0]:
        raise Wrong("does not begin with postgresql://", _URL_REMEDY)
    _pairs(value)
    return value


def connection_secrets(value: str, kind: str) -> list[Secret]:
    """The passwords in a connection string that passed, raw and decoded."""
    if _SCHEME.match(value):
        userinfo, query = _url_parts(value)
        raw = [userinfo.partition(":")[2]]
        raw += [word for name, word in query if name in _SECRET_WORDS]
        forms = [form for word in raw for form in (word, unquote(word))]
    else:
        raw = [_unquoted(word) for name, word in _pairs(value) if name in _SECRET_WORDS]
        forms = [form for word in raw for form in (word, _unescaped(word))]
    return [Secret(form, kind) for form in dict.fromkeys(forms) if form]


def _url_parts(value: str) -> tuple[str, list[tuple[str, str]]]:
    """User and password, and the parameters; Wrong when libpq would trip over the URL."""
    rest = value.partition("://")[2]
    userinfo, rest = _split_userinfo(rest)
    rest, _, tail = rest.partition("?")
    servers, _, database = rest.partition("/")
    query = [pair.partition("=") for pair in tail.split("&") if tail]
    if _UNFIT.search(value) or not _is_encoded(value) or "?" in userinfo or "@" in servers + database:
        raise Wrong("is not a connection URL that PostgreSQL can read", _URL_REMEDY)
    if not all(map(_is_server, servers.split(","))) or not all(name and equals for name, equals, _ in query):
        raise Wrong("is not a connection URL that PostgreSQL can read", _URL_REMEDY)
    return userinfo, [(name, word) for name, _, word in query]


def _is_encoded(value: str) -> bool:
    """Whether every % begins an encoded letter, and all of them together are UTF-8."""
    try:
        unquote(value, errors="strict")
    except UnicodeDecodeError:
        return False
    return not _BAD_PERCENT.search(value)


def _split_userinfo(rest: str) -> tuple[str, str]:
    """As libpq does it: user and password end at the first @, unless a slash comes before."""
    first = re.search(r"[@/]", rest)
    if first and first[0] == "@":
        return rest[: first.start()], rest[first.end() :]
    return "", rest


def _is_server(server: str) -> bool:
    found = _SERVER.fullmatch(server)
    return bool(found) and int((found and found["port"]) or 1) in range(1, 65536)


def _pairs(value: str) -> list[tuple[str, str]]:
    """Keywords and their values as written; Wrong when they are not that."""
    pairs, at = [], 0
    while value[at:].strip():
        found = _PAIR.match(value, at)
        if not found:
            raise Wrong("is not a connection string that PostgreSQL can read", _WORDS_REMEDY)
        pairs.append((found[1].lower(), found[2]))
        at = found.end()
    if not pairs or "\0" in value:
        raise Wrong("is not a connection string that PostgreSQL can read", _WORDS_REMEDY)
    return pairs


def _unquoted(word: str) -> str:
    return word[1:-1] if word.startswith("'") else word


def _unescaped(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word, flags=re.DOTALL)
