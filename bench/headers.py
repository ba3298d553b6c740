"""All checks that judge web answers, on recorded ones: no network, no event loop, only reading and judging."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from auditor.facts.cookies import SetCookie
from auditor.facts.headers.csp import parse_header, parse_meta
from auditor.facts.headers.hsts import parse_hsts
from auditor.facts.headers.sources import parse_sources
from auditor.facts.page import Page, Reference
from auditor.facts.policy import POLICIES
from auditor.facts.responses import Kind, Responses, WebResponse
from auditor.registry import Check, builtin_checks

RUNS = 300
REMEMBERED = (parse_header, parse_meta, parse_hsts, parse_sources)
"""What is parsed once in a run: forgotten before each of them."""
APP, API, REST = "https://app.example.com", "https://api.example.com", "https://abcdefghijklmnop.supabase.co"

STRICT = (
    ("strict-transport-security", "max-age=63072000; includeSubDomains; preload"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("permissions-policy", 'camera=(), microphone=(), geolocation=(self "https://maps.example.com"), payment=()'),
    ("cross-origin-opener-policy", 'same-origin-allow-popups; report-to="main"'),
    ("server", "nginx"),
)
CSP = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'strict-dynamic' https: 'unsafe-inline'; style-src 'self' "
    "'unsafe-inline' https://fonts.googleapis.com; img-src 'self' data: blob: https://*.example.com; font-src 'self' "
    "https://fonts.gstatic.com; connect-src 'self' https://api.example.com https://abcdefghijklmnop.supabase.co "
    "wss://abcdefghijklmnop.supabase.co https://o1.ingest.sentry.io; "
    "frame-src https://js.stripe.com; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; report-uri /csp; upgrade-insecure-requests"
)
LOOSE = (
    ("server", "nginx/1.25.3"),
    ("x-powered-by", "Next.js"),
    (
        "content-security-policy",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' https://unpkg.com *.googleapis.com; x y",
    ),
)


def recorded() -> Responses:
    """A stack of three surfaces: one strict, one loose, one of somebody else."""
    kinds = (Kind.PAGE, Kind.PAGE, Kind.STATIC, Kind.STATIC, Kind.ERROR, Kind.REDIRECT)
    app = [_answer("frontend", f"{APP}/{number}", kind, _strict(number)) for number, kind in enumerate(kinds)]
    api = [
        _answer("api", f"{API}/{number}", kind, LOOSE) for number, kind in enumerate((Kind.PAGE, Kind.DATA, Kind.ERROR))
    ]
    rest = [_answer("supabase", f"{REST}/{number}", Kind.DATA, STRICT) for number in range(3)]
    return Responses((*app, *api, *rest))


def _strict(number: int) -> tuple[tuple[str, str], ...]:
    return (*STRICT, ("content-security-policy", CSP.format(nonce=f"{number:022d}")))


def _answer(surface: str, url: str, kind: Kind, headers: tuple[tuple[str, str], ...]) -> WebResponse:
    references = tuple(Reference("script", "src", f"{APP}/_next/static/chunks/{number}.js") for number in range(30))
    page = Page(references, inline_scripts=3, generator="next") if kind is Kind.PAGE else None
    cookies = (SetCookie("session", 64, (("secure", ""), ("httponly", ""), ("samesite", "Lax"), ("path", "/"))),)
    status = {Kind.ERROR: 404, Kind.REDIRECT: 307}.get(kind, 200)
    return WebResponse(surface, url, kind, status, headers, cookies, page)


def judges() -> list[Check]:
    """The checks that take web answers and nothing else that was gathered."""
    known = {Responses, *POLICIES.values()}
    return [check for check in builtin_checks().checks if Responses in check.needs() and set(check.needs()) <= known]


def main() -> None:
    """Print the medians."""
    facts = {Responses: recorded(), **{policy: policy() for policy in POLICIES.values()}}
    checks = judges()
    arguments = {check.id: [facts[need] for need in check.needs()] for check in checks}

    def judge(*which: Check) -> int:
        for parse in REMEMBERED:
            parse.cache_clear()
        return sum(len(list(check.function(*arguments[check.id]))) for check in which)

    label = f"{len(checks)} checks on {len(facts[Responses].responses)} web answers"
    wall, cpu = _median(judge, *checks)
    print(f"{label:<44} {wall:8.2f} ms, {cpu:.2f} ms of CPU, {judge(*checks)} findings")
    slowest = max(checks, key=lambda check: _median(judge, check)[1])
    print(f"{f'the slowest of them, {slowest.id}':<44} {_median(judge, slowest)[0]:8.2f} ms")


def _median(judge: Callable[..., int], *checks: Check) -> tuple[float, float]:
    """Milliseconds of the clock and of the processor: on a machine that others use too, the second tells more."""
    walls, cpus = [], []
    for _ in range(RUNS):
        wall, cpu = time.perf_counter(), time.process_time()
        judge(*checks)
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    return statistics.median(walls), statistics.median(cpus)
