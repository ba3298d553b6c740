"""What a single value of the checklist may be. Each function returns the value in its normal form or raises Wrong.

The texts never hold the value: it may come from a variable, and a variable may hold a secret.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import SplitResult, urlsplit

from auditor.checklist.model import GUIDELINES, SERVICES, SURFACES
from auditor.checklist.problems import suggest
from auditor.facts.policy import Endpoint, Rate
from auditor.model import Level

_UNFIT = re.compile(r"[\s\x00-\x1f\x7f\\]")
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_DURATION = re.compile(r"([0-9]{1,6})([smhdw])")
_BUCKET = re.compile(r"s3://([A-Za-z0-9][A-Za-z0-9._-]{1,254})(?:/([^\x00-\x1f\x7f]{0,1024}))?")
_SIZE = re.compile(r"([0-9]{1,6})(MB|GB|TB)")
_RATE = re.compile(r"([0-9]{1,9})/([0-9]{0,6})([smhd]|(?:second|minute|hour|day)s?)")
_AUTHORITY = re.compile(r"(?:\[[^\]]*\]|[^:\[\]]*)(?::[0-9]+)?")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_BYTES = {"MB": 10**6, "GB": 10**9, "TB": 10**12}
_DEFAULT_PORTS = {"http": 80, "https": 443}
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Wrong(ValueError):
    """A value cannot be used.

    Args:
        what: a clause that can follow the value: ``is not an address``.
        remedy: what to write instead.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        self.what = what
        self.remedy = remedy
        super().__init__(what)


def text(value: str) -> str:
    """Any text that says something."""
    if not value.strip():
        raise Wrong("says nothing", "write some text")
    return value


def one_of(known: Iterable[str], kind: str, plural: str) -> Callable[[str], str]:
    """A reader of one word among several."""
    words = tuple(known)

    def read(value: str) -> str:
        if value not in words:
            raise Wrong(f"is not {kind}", suggest(value, words, plural))
        return value

    return read


level = one_of(tuple(Level), "a level", "levels")
surface = one_of(SURFACES, "a surface", "surfaces")
trust = one_of(("system", "custom", "both"), "a way to trust", "ways")
guideline = one_of(GUIDELINES, "a version that is shipped", "versions")
parent = one_of(("default",), "a checklist that is shipped", "shipped checklists")


def origin(value: str) -> str:
    """Scheme, host and port of a site, as a browser writes them."""
    return _origin(value, tuple(_DEFAULT_PORTS))


def any_origin(value: str) -> str:
    """The same for every scheme: apps send origins such as ``capacitor://localhost``."""
    return _origin(value, ())


def url(value: str) -> str:
    """An http(s) URL; a path is allowed, and so is ``user:password@``."""
    parts = _split(value, tuple(_DEFAULT_PORTS), 'write a URL such as "https://prometheus.example.com"')
    if parts.query or parts.fragment or value.endswith(("?", "#")):
        raise Wrong("holds more than host and path", "leave out ? and # and what follows them")
    userinfo, at, _ = parts.netloc.rpartition("@")
    if "@" in userinfo + parts.path:
        raise Wrong('holds an "@" too many', "percent-encode user and password: @ is %40, / is %2F")
    return f"{parts.scheme}://{userinfo}{at}{_host_and_port(parts)}{parts.path.rstrip('/')}"


def service_url(value: str) -> str:
    """An http(s) URL without credentials."""
    if "@" in urlsplit(url(value)).netloc:
        raise Wrong("holds a user or a password", "leave out what stands before the @")
    return url(value)


def route(value: str) -> str:
    """The path of a page: ``/health``."""
    if not value.startswith("/") or value.startswith("//") or "#" in value or _UNFIT.search(value):
        raise Wrong("is not a path on the API", 'begin it with one slash: "/health"')
    return value


def host_name(value: str) -> str:
    """A name that can be looked up."""
    if not _HOST.fullmatch(value):
        raise Wrong("is not a host name", 'write the name alone, without scheme or port: "api.example.com"')
    return value.lower()


def address(value: str) -> str:
    """An IPv4 or IPv6 address."""
    try:
        return str(ipaddress.ip_address(value))
    except ValueError as error:
        raise Wrong("is not an IP address", 'write one such as "127.0.0.1" or "::1"') from error


def pin(value: str) -> str:
    """A SHA-256 as people copy it: base64 after ``sha256/``, or hexadecimal digits; in the latter form."""
    digest = re.sub(r"^(?:pin-)?sha-?256(?:/{1,2}|[:=])", "", value.strip(), flags=re.IGNORECASE)
    plain = digest.replace(":", "").lower()
    if re.fullmatch(r"[0-9a-f]{64}", plain):
        return plain
    if re.fullmatch(r"[A-Za-z0-9+/]{43}=", digest):
        return base64.b64decode(digest).hex()
    raise Wrong("is not a SHA-256 pin", "write sha256/ and 44 characters of base64, or 64 hexadecimal digits")


def file_path(value: str) -> str:
    """A path, relative to the checklist unless it begins with a slash."""
    if not text(value).isprintable():
        raise Wrong("holds a control character", "write a plain path")
    if value.startswith("~"):
        raise Wrong('begins with "~", which is not expanded here', "write ${HOME} in its place")
    if "://" in value:
        raise Wrong("is a URL, not a path", "only files on this machine can be read")
    return value


def module_name(value: str) -> str:
    """A Python module that can be imported."""
    if not all(part.isidentifier() for part in value.split(".")):
        raise Wrong("is not the name of a Python module", 'write it as in an import: "acme_checks"')
    return value


def table_name(value: str) -> str:
    """A table with its schema."""
    schema, _, table = value.partition(".")
    if not schema.strip() or not table.strip():
        raise Wrong("is not schema.table", 'write the schema too: "public.countries"')
    return value


def project_ref(value: str) -> str:
    """The id of a Supabase project; it becomes part of a URL."""
    if not re.fullmatch(r"[A-Za-z0-9-]+", value):
        raise Wrong("is not a project reference", "copy it from the project's settings: letters and digits only")
    return value


def duration(value: str) -> timedelta:
    """A length of time: ``90s``, ``15m``, ``24h``, ``7d``, ``2w``."""
    found = _DURATION.fullmatch(value)
    if not found or not int(found[1]):
        raise Wrong("is not a length of time", "write a number and a unit: 90s, 15m, 24h, 7d or 2w")
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


def release_time(value: str) -> datetime | str:
    """When a release was ready: ``commit``, or a time with its zone as in RFC 3339."""
    if value == "commit":
        return value
    remedy = 'write "commit", or a time with its zone: 2026-11-24T18:00:00Z'
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise Wrong("is not a time", remedy) from None
    if moment.tzinfo is None:
        raise Wrong("is a time without its zone", remedy)
    return moment.astimezone(UTC)


def bucket_url(value: str) -> tuple[str, str]:
    """A bucket and a prefix: ``s3://bucket/prefix``."""
    found = _BUCKET.fullmatch(value)
    if not found:
        raise Wrong("is not the URL of a bucket", "write it as s3://bucket/prefix")
    return found[1], found[2] or ""


def size(value: str) -> int:
    """Room on a disk, in bytes: ``500MB``, ``20GB``, ``1TB``."""
    found = _SIZE.fullmatch(value)
    if not found or not int(found[1]):
        raise Wrong("is not a size", "write a number and a unit: 500MB, 20GB or 1TB")
    return int(found[1]) * _BYTES[found[2]]


def rate(value: str) -> Rate:
    """A limit: ``100/minute``, ``10/30s``."""
    found = _RATE.fullmatch(value)
    if not found or not int(found[1]) or not int(found[2] or 1):
        raise Wrong("is not a rate", "write requests per time: 100/minute, 5/second or 10/30s")
    return Rate(int(found[1]), float(int(found[2] or 1) * _SECONDS[found[3][0]]))


def service_port(value: str) -> tuple[str, int]:
    """A service and its port: ``redis:6380``."""
    name, _, port = value.partition(":")
    if name not in SERVICES:
        raise Wrong("does not begin with a service that the audit knows", suggest(name, SERVICES, "services"))
    if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        raise Wrong("has no port after its service", 'write it as "redis:6380"')
    return name, int(port)


def endpoint(value: str) -> Endpoint:
    """A method and a path: ``GET /api/me``."""
    method, _, path = value.partition(" ")
    if method.upper() not in _METHODS:
        raise Wrong('does not begin with a method, such as "GET /api/me"', suggest(method, _METHODS, "methods"))
    try:
        return Endpoint(method.upper(), route(path.strip()))
    except Wrong as error:
        raise Wrong("has no path after its method", 'write it as "GET /api/me"') from error


def _origin(value: str, schemes: tuple[str, ...]) -> str:
    remedy = 'write scheme and host, such as "https://app.example.com"'
    parts = _split(value, schemes, remedy)
    if "@" in parts.netloc:
        raise Wrong("holds a user or a password", remedy)
    if parts.path not in ("", "/") or parts.query or parts.fragment or value.endswith(("?", "#")):
        raise Wrong("holds more than scheme, host and port", remedy)
    return f"{parts.scheme}://{_host_and_port(parts)}"


def _split(value: str, schemes: tuple[str, ...], remedy: str) -> SplitResult:
    if _UNFIT.search(value):
        raise Wrong("holds white space, a backslash or a control character", remedy)
    try:
        parts = urlsplit(value)
    except ValueError as error:
        raise Wrong("is not a URL", remedy) from error
    if not parts.scheme or (schemes and parts.scheme not in schemes) or "://" not in value:
        raise Wrong(f"does not begin with {' or '.join(f'{s}://' for s in schemes) or 'a scheme'}", remedy)
    _host_and_port(parts)
    return parts


def _host_and_port(parts: SplitResult) -> str:
    """The host and a port that is not the scheme's own, in small letters."""
    bare = parts.netloc.rpartition("@")[2].lower()
    try:
        host, port = (parts.hostname or "").lower(), parts.port
        host = f"[{ipaddress.IPv6Address(host)}]" if bare.startswith("[") else host
    except ValueError as error:
        raise Wrong("has a host or port that cannot be", "write it as host or host:port") from error
    if not host.isascii():
        raise Wrong("has a host with letters outside ASCII", 'write the host in its "xn--" form')
    named = host.startswith("[") or _HOST.fullmatch(host)
    if not named or port == 0 or not _AUTHORITY.fullmatch(bare):
        raise Wrong("has a host or port that cannot be", "write it as host or host:port")
    return host if port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{port}"
