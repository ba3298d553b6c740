"""Passwords in URLs (RFC 3986, userinfo)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from auditor.facts.sightings import Nature
from auditor.model import Severity
from auditor.probes.secrets.escapes import ends_an_escape, unescaped
from auditor.probes.secrets.found import Detector, Found, Look, escaped
from auditor.probes.secrets.weak import is_weak

_REST = re.compile(
    rb"://(?P<user>[^\s:/@'\"<>\\|`,{}()\[\]]{0,128}):(?P<password>[^\s/@'\"<>\\`]{3,256})@"
    rb"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_.-]{1,253})(?P<port>:\d{1,5})?"
)
_SCHEME = re.compile(
    rb"(?:postgres(?:ql)?|mysql|mariadb|mssql|sqlserver|mongodb|rediss?|valkeys?|amqps?|clickhouse|cockroachdb|neo4j|bolt"
    rb"|ldaps?|smtps?|imaps?|ftps?|sftp|ssh|nats|kafka|elasticsearch|couchdb|memcached|mqtts?|oracle|cassandra|libsql"
    rb"|influxdb|https?|wss?|git|socks5h?)(?:(?:\+|%2[Bb])[a-z0-9_]{1,20})*\Z",
    re.IGNORECASE,
)
_WEB = (b"http", b"https", b"ws", b"wss", b"git")
_ESCAPED = re.compile(rb"\\[/u\\]|%[0-9A-Fa-f]{2}|&(?:#|amp;|quot;)")
_HERE = re.compile(
    rb"localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1\]|host\.docker\.internal|.*\.(?:example|test|invalid|localhost)"
    rb"|(?:[\w.-]*\.)?example\.(?:com|org|net)|host(?:name)?|domain(?:\.(?:com|tld))?|server|proxy|my-?host"
    rb"|(?:my)?site\.com|your[\w.-]*|(?:user|test|foo|bar)\.(?:com|org)|(?:www\.)?(?:foo|bar|domain)\.\w+",
    re.IGNORECASE,
)
"""Hosts of this machine, and of documentation (RFC 2606)."""
_STAND_IN = re.compile(
    r"x{3,}|\*+|\.+|<.*|\$.*|%[^0-9].*|.*[{\[(].*|:.*"
    r"|(?:db_?|my_?|your_?|the_?|user_?|api_?|some_?)?(?:pass(?:w(?:or)?d)?|pwd|pw|secret|key|token|apikey)(?:_?here)?"
    r"|user(?:name)?|postgres(?:ql)?|redacted|changeme|example|your[-_ ].*|replace.*|admin|root|guest|test|mysql|mongo"
    r"|redis|p(?:\*|%2[Aa])+",
    re.IGNORECASE,
)


def detector() -> Detector:
    """What finds them, in URLs as they are and in those that are written with escapes."""
    plain = Look(b"://", rb":\/\/[^\s:\/@\"'<>]{0,128}:[^\s\/@\"'<>]{3}")
    sloping = Look(rb":\/\/", escaped(rb":\/\/") + rb"[^\s:@\"'<>]{0,64}:")
    encoded = Look(b"%3a%2f%2f", b"%3a%2f%2f[^\\s\"'<>]{0,64}%3a", caseless=True)
    unicode = Look(rb":\u002f\u002f", escaped(rb":\u002f\u002f") + rb"[^\s:@\"'<>]{0,64}:", caseless=True)
    return Detector((plain, sloping, encoded, unicode), _confirm)


def _confirm(data: bytes, at: int) -> Iterator[Found]:
    scheme = _scheme(data, at)
    if not scheme:
        return
    if match := _REST.match(data, at):
        yield from _judged(scheme, match, match.span("password"), "")
        return
    if not _ESCAPED.search(data, at, at + 400):
        return
    plain, origin = unescaped(data[at : at + 1200])
    if match := _REST.match(plain):
        span = at + origin(match.start("password")), at + origin(match.end("password"))
        yield from _judged(scheme, match, span, "escaped")


def _scheme(data: bytes, at: int) -> bytes:
    """What stands before ``://``, when it is one that takes a password; else nothing."""
    start = max(0, at - 40)
    found = _SCHEME.search(data[start:at])
    if not found:
        return b""
    place = start + found.start()
    inside = place and re.match(rb"[A-Za-z0-9+.-]", data[place - 1 : place]) and not ends_an_escape(data, place)
    return b"" if inside else found[0]


def _judged(scheme: bytes, match: re.Match[bytes], span: tuple[int, int], written: str) -> Iterator[Found]:
    password = unquote(match["password"].decode("utf-8", "replace"))
    if _HERE.fullmatch(match["host"]) or _STAND_IN.fullmatch(password):
        return
    web = scheme.lower().endswith(_WEB)
    if web and (len(password) < 6 or b"." not in match["host"] or b"?" in match["user"] + match["password"]):
        return
    if password == match["user"].decode("utf-8", "replace") and len(password) < 6:
        return
    kind = "password in a URL" if web else "database password in a URL"
    yield Found(
        *span, match["password"], "url-credentials", kind, Severity.HIGH if web else Severity.CRITICAL, Nature.SECRET,
        written=written, rank=4, why="a password that everybody knows" if is_weak(password) else "",
    )  # fmt: skip
