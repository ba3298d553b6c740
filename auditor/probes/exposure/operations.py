"""Asks the operations that the API's document names, without credentials: only GETs that take nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from auditor.checklist.model import Environment
from auditor.facts.open_operations import OpenOperation, OpenOperations
from auditor.facts.policy import CorsPolicy, ExposurePolicy
from auditor.facts.routes import ApiRoutes, Operation
from auditor.model import Gap
from auditor.probes.exposed_paths import Looked, Prober, Sought, Verdict
from auditor.probes.exposure.contents import read_content, refuses, wants_password
from auditor.probes.net.http import Http
from auditor.probes.paths.seen import Seen
from auditor.probes.surfaces import origin
from auditor.registry import probe

MOST = 30
"""Operations that are asked."""
_OPEN_BY_NATURE = frozenset({
    "", "docs", "favicon.ico", "health", "healthcheck", "healthz", "live", "livez", "liveness", "manifest.json",
    "metrics", "openapi.json", "ping", "ready", "readiness", "readyz", "redoc", "robots.txt", "sitemap.xml", "startup",
    "status", "up", "version",
})  # fmt: skip
"""Last parts of paths that strangers are to read, or that other checks judge."""
_CHANGES = frozenset({
    "abort", "accept", "activate", "approve", "archive", "backup", "ban", "block", "cancel", "checkout", "clean",
    "cleanup", "clear", "close", "complete", "confirm", "create", "deactivate", "delete", "deploy", "destroy",
    "disable", "disconnect", "drop", "enable", "execute", "expire", "finish", "flush", "generate", "impersonate",
    "import", "invalidate", "kill", "launch", "lock", "logoff", "logout", "migrate", "notify", "pay", "process",
    "publish", "purge", "quit", "rebuild", "recalculate", "refresh", "regenerate", "reindex", "reject", "reload",
    "remove", "renew", "reset", "restart", "restore", "resync", "retry", "revoke", "rollback", "rotate", "run", "seed",
    "send", "shutdown", "signout", "signup", "start", "stop", "subscribe", "sync", "terminate", "trigger", "truncate",
    "uninstall", "unlock", "unregister", "unsubscribe", "update", "upgrade", "verify", "vote", "wipe",
})  # fmt: skip
"""Words of paths that say that more than reading happens, whatever the method promises."""
_WAITS = frozenset({"events", "listen", "poll", "sse", "stream", "subscribe", "watch", "ws", "websocket"})
"""Words of paths whose answers may never end."""
_PAIRS = (("log", "out"), ("sign", "out"), ("log", "off"), ("opt", "out"))
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@probe(deadline=60.0, last=True)
async def open_operations(
    environment: Environment, routes: ApiRoutes, cors: CorsPolicy, policy: ExposurePolicy, http: Http
) -> OpenOperations:
    """Every operation that can be asked without a guess, the first 30 of them.

    Those that the document calls secured come first: an answer of one of them is the worst.
    """
    api = origin(environment, "api")
    candidates = [*_named(routes, cors)]
    wanted = sorted((one for one in candidates if not changes_something(one.path)), key=lambda one: not one.secured)
    left = [str(one) for one in candidates if changes_something(one.path)] + [str(one) for one in wanted[MOST:]]
    table = [Sought(one.path, one, _answered, part=False) for one in wanted[:MOST]]
    if not table:
        return OpenOperations(routes.url, left=tuple(left), gaps=routes.gaps)
    controls = tuple(dict.fromkeys(("/", environment.health)))
    prober: Prober[Operation] = Prober(http, api, controls, seconds=45.0, locked=True)
    result = await prober.look(table)
    settled = (Verdict.FOUND, Verdict.ABSENT)
    told = [one for one in result.looked if one.verdict in settled] if result.gap is None else []
    answers = tuple(_read(api, one, policy) for one in told if one.verdict is Verdict.FOUND)
    gaps = (result.gap,) if result.gap else tuple(_gaps(api, result.looked))
    return OpenOperations(routes.url, len(table), len(told) - len(answers), answers, tuple(left), (*routes.gaps, *gaps))


def is_open_by_nature(path: str) -> bool:
    """Whether strangers are to read it, or another check judges it: health, docs, metrics, the root."""
    last = path.rstrip("/").rpartition("/")[2].lower()
    return last in _OPEN_BY_NATURE or "/.well-known/" in path


def changes_something(path: str) -> bool:
    """Whether a word of a path says that more happens than reading, or that the answer may never end."""
    words = [word.lower() for word in _WORD.findall(path)]
    if any(word in _CHANGES or word in _WAITS for word in words):
        return True
    return any(pair in pairwise(words) for pair in _PAIRS)


def _named(routes: ApiRoutes, cors: CorsPolicy) -> Iterator[Operation]:
    seen: set[str] = set()
    declared = (Operation(one.method, one.path) for one in cors.endpoints if "{" not in one.path)
    for one in (*routes.operations, *declared):
        if one.askable and one.path not in seen and (one.secured or not is_open_by_nature(one.path)):
            seen.add(one.path)
            yield one


def _answered(seen: Seen) -> str:
    """An answer with something in it that is neither a login page nor a refusal with a 200."""
    return "" if wants_password(seen.text) or refuses(seen.text) else "an answer"


def _read(api: str, one: Looked[Operation], policy: ExposurePolicy) -> OpenOperation:
    operation, seen = one.sought.kind, one.seen
    assert seen is not None  # noqa: S101  what is found was seen
    content = read_content(seen.text, whole=seen.whole)
    declared = any(each.method == "GET" and each.path == operation.path for each in policy.public)
    return OpenOperation(
        str(operation),
        api + operation.path,
        seen.status,
        operation.secured,
        declared,
        content.kind,
        content.items,
        content.shown,
        content.personal,
        content.emails,
        content.tokens,
    )


def _gaps(api: str, looked: Iterable[Looked[Operation]]) -> Iterator[Gap]:
    for one in looked:
        if one.verdict is Verdict.ALIKE:
            reason = "answers as any random path beside it does: what the operation itself says, nobody can tell"
            yield Gap(api + one.sought.path, reason, "let paths that do not exist be answered with 404")
        elif one.verdict is Verdict.UNTOLD:
            yield Gap(api + one.sought.path, f"what it answers to strangers, nobody can tell: {one.why}", one.hint)
