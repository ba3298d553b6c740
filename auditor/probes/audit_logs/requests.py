"""Recognises lines that tell of a request that a server got. Time in proportion to the line, whatever it holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditor.probes.audit_logs import moments
from auditor.probes.audit_logs.moments import Moment

_LONGEST = 16_384
"""Characters of a line that are looked at."""
_METHODS = "GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS"
_ACCESS = re.compile(
    rf'"(?:{_METHODS}) (?:https?://[^/" ]{{1,255}})?(/[^ "]*)(?: (?:HTTP/)?[0-9](?:\.[0-9])?)?"'
    r"[ :,]*([1-5][0-9]{2})?(?![0-9])"
)
"""As uvicorn, gunicorn, hypercorn, nginx and Apache write it: the request in quotes, and mostly the status after it."""
_TEXT = re.compile(rf"(?<![A-Za-z0-9_])(?:{_METHODS}) {{1,10}}\"?(/[^\s\"',]*)")
_AFTER = re.compile(r"[^0-9\n]{0,40}(?<![\w:.])([1-5][0-9]{2})(?![0-9.:]|\s?(?:ms|µs|us|s|bytes?|B|kB)\b)")
_BARS = re.compile(r"\| {0,5}([1-5][0-9]{2}) {0,5}\|")
"""The status as Gin writes it."""
_APART = re.compile(r"\bstatus(?:[ _]?code)?\"?\s?[:=]\s?\"?([1-5][0-9]{2})(?![0-9])", re.IGNORECASE)
_OUTGOING = re.compile(r"https?://[^\s\"]{1,300}[ \"]{1,3}$")
"""What stands before the request where the application is the client: urllib3 and its like."""
_WHOLE = re.compile(rf"(?<!HTTP Request: )(?<![A-Za-z0-9_])(?:{_METHODS}) (https?://[^\s\"',]+)")
"""A request named by its whole URL: asked of the application or by it. httpx says ``HTTP Request:`` of its own."""
_QUOTED = re.compile(r"'([A-Za-z_.]{1,40})': ?(?:'([^']*)'|([0-9]{1,12}(?:\.[0-9]{1,9})?))")
"""A pair of a dictionary of Python that was logged as it prints."""
_PAIR = re.compile(r'(?<![\w.@/-])([A-Za-z_@][\w.@-]{0,60})=(?:"((?:[^"\\]|\\.)*)"|([^\s",]*))')
_ADDRESS = re.compile(
    r"(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9.])"
    r"|(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){4,7}:?[0-9A-Fa-f]{1,4}(?![0-9A-Fa-f:])"
    r"|(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){1,6}:[0-9A-Fa-f:]{0,30}(?![\w])"
    r"|(?<![\w:])::[0-9A-Fa-f][0-9A-Fa-f:]{0,30}(?![\w])"
)
_METHOD_KEYS = (
    "method",
    "http_method",
    "request_method",
    "verb",
    "http.method",
    "http.request.method",
    "req.method",
    "clientrequestmethod",
)
_PATH_KEYS = (
    *("path", "url", "uri", "request_uri", "request_path", "http_path", "target", "route", "endpoint", "url.path"),
    *("http.target", "http.route", "http.url", "req.url", "request.uri", "request.path", "request.url", "http.path"),
    "clientrequesturi",
)
_STATUS_KEYS = (
    *("status", "status_code", "statuscode", "http_status", "response_status", "http_status_code", "code"),
    *("http.status_code", "http.response.status_code", "res.statuscode", "response.status", "response.status_code"),
    "edgeresponsestatus",
)
_WHO_KEYS = (
    *("user", "user_id", "userid", "sub", "username", "client", "client_ip", "clientip", "client_addr", "ip", "remote"),
    *("remote_addr", "remote_ip", "remote_host", "peer", "request_id", "requestid", "req_id", "correlation_id"),
    *("trace_id", "traceid", "x_request_id", "client.ip", "client.address", "user.id", "reqid", "xid", "rid"),
    "clientip",
)
_MESSAGE_KEYS = ("message", "msg", "event", "log", "text", "@message")


@dataclass(frozen=True, slots=True)
class Request:
    """What a line tells. Its path is for the marker of the audit alone, and goes nowhere else."""

    form: str
    path: str
    answered: bool
    attributed: bool
    moment: Moment | None
    whole: bool = False
    """It is named by its whole URL: without its path's being known, who asked whom cannot be told."""
    failed: bool = False
    """It was answered with a status from 400 on."""


def request_of(line: str, now: datetime) -> Request | None:
    """The request that a line tells of; None when it tells of none, or of one that the application made itself.

    Args:
        line: as text.
        now: for times without a year.
    """
    line = line[:_LONGEST]
    start = line.find("{")
    if start >= 0 and (fields := _json(line[start:])) is not None:
        return _of_fields(fields, line[:start], "JSON", now)
    if (found := _of_text(line, now)) is not None:
        return found
    if quoted := {match[1].lower(): match[2] or match[3] for match in _QUOTED.finditer(line)}:
        return _of_fields(quoted, line, "JSON", now)
    pairs = {match[1].lower(): match[2] if match[2] is not None else match[3] for match in _PAIR.finditer(line)}
    return _of_fields(pairs, line, "logfmt", now) if pairs else None


def status_apart(line: str) -> bool:
    """Whether a line tells a status, and no request: as the second line of a middleware that writes two."""
    return _APART.search(line[:_LONGEST]) is not None


def _json(text: str) -> dict[str, Any] | None:
    try:
        fields, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return dict(_flat(fields)) if isinstance(fields, dict) else None


def _flat(fields: Mapping[str, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Every field by its dotted name, and those of inner tables by their own name too."""
    for key, value in list(fields.items())[:200]:
        name = f"{prefix}{key}".lower()
        if isinstance(value, dict) and depth < 3:
            yield from _flat(value, f"{name}.", depth + 1)
        else:
            yield name, value


def _values(fields: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[Any]:
    """The values of these names, then those of the same names in any table."""
    for key in keys:
        if fields.get(key) not in (None, ""):
            yield fields[key]
    for name, value in fields.items():
        table, _, own = name.rpartition(".")
        # the code of an error is not that of the answer
        if table and own in keys and own != "code" and value not in (None, ""):
            yield value


def _of_fields(fields: Mapping[str, Any], before: str, form: str, now: datetime) -> Request | None:
    times = (moments.of_value(value, now) for value in _values(fields, moments.KEYS))
    moment = next((one for one in times if one), None) or moments.of_line(before, now)
    who = any(True for _ in _values(fields, _WHO_KEYS)) or _ADDRESS.search(before) is not None
    status = next(filter(_is_status, _values(fields, _STATUS_KEYS)), None)
    answered, failed = status is not None, str(status)[:1] in ("4", "5")
    if any(map(_is_method, _values(fields, _METHOD_KEYS))):
        paths = [str(value) for value in _values(fields, _PATH_KEYS) if _is_path(value)]
        own = next((path for path in paths if path.startswith("/")), "")
        if paths:
            return Request(form, own or paths[0], answered, who, moment, whole=not own, failed=failed)
    message = next((fields[key] for key in _MESSAGE_KEYS if isinstance(fields.get(key), str)), None)
    inner = request_of(message, now) if message is not None and form == "JSON" and message not in before else None
    if inner is None:
        return None
    return Request(
        form, inner.path, inner.answered or answered, inner.attributed or who, moment or inner.moment, inner.whole,
        failed if answered else inner.failed,
    )  # fmt: skip


def _is_method(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(_METHODS, value.upper()) is not None


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("/", "http://", "https://"))


def _is_status(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, (int, float)):
        return 100 <= value < 600
    return isinstance(value, str) and re.fullmatch(r"[1-5][0-9]{2}(?: .{0,40})?", value) is not None


def _of_text(line: str, now: datetime) -> Request | None:
    match = _ACCESS.search(line)
    form = "access"
    if match is None:
        form, match = "text", _TEXT.search(line)
    if match is None:
        match = _WHOLE.search(line)
    if match is None or _OUTGOING.search(line[max(0, match.start() - 320) : match.start()]):
        return None
    rest = line[match.end() :]
    status = match[2] if form == "access" else None
    if not status and (after := _AFTER.match(rest) or _APART.search(rest) or _BARS.search(line)):
        status = after[1]
    pairs = {found[1].lower() for found in _PAIR.finditer(line)}
    who = _ADDRESS.search(line) is not None or any(key in pairs for key in _WHO_KEYS)
    return Request(
        form,
        match[1],
        bool(status),
        who,
        moments.of_line(line, now),
        match.re is _WHOLE,
        (status or "")[:1] in ("4", "5"),
    )
