"""Servers do not announce their versions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.facts.headers.frameworks import hosted_by_supabase
from auditor.facts.headers.verdicts import Verdict, bad, findings, good
from auditor.facts.responses import Responses, WebResponse
from auditor.model import Finding, Level, Severity, not_applicable
from auditor.registry import check

_VERSION = re.compile(r"(?<![A-Za-z0-9])v?[0-9]{1,6}(?:\.[0-9]{1,9}){1,4}|/[0-9]")
_PROTOCOL = re.compile(r"(?:[A-Za-z]{1,20}/)?[0-9](?:\.[0-9])?(?:\s+|\Z)")
_ALWAYS = (
    "x-aspnet-version", "x-aspnetmvc-version", "x-runtime-version", "x-generator", "x-powered-cms", "x-php-version",
    "x-drupal-version", "x-backend-server", "x-server-name", "x-debug-token", "x-debug-token-link",
)  # fmt: skip
"""Headers that are there for nobody outside."""
_WITH_VERSION = ("server", "via", "x-powered-by-plesk", "x-varnish-version", "x-envoy-version")
_REMEDIES = {
    "server": "nginx: `server_tokens off;`. uvicorn: `--no-server-header`. Apache: `ServerTokens Prod`.",
    "x-powered-by": "Next.js: `poweredByHeader: false` in `next.config.js`. Express: `app.disable('x-powered-by')`. "
    "PHP: `expose_php = Off`. In front of all of them, nginx: `proxy_hide_header X-Powered-By;`.",
    "via": "nginx as proxy: `proxy_hide_header Via;`. HAProxy and Varnish: take the version out of what they add.",
}


@check("HDR011", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-200", "ASVS-5.0-13.4.6"))
def no_banner(responses: Responses) -> Iterator[Finding]:
    """No header names the version of a server or a framework.

    ## Why it matters
    Who looks for hosts with a known hole asks for the banner first: the version saves them the trying. The bare name of
    a server (`nginx`, `cloudflare`) and what a framework does not let its users change (`x-nextjs-cache`) are no
    finding.

    ## How to fix it
    nginx: `server_tokens off;` and, for what comes from behind it, `proxy_hide_header X-Powered-By;`. Next.js:
    `poweredByHeader: false` in `next.config.js`. FastAPI: start uvicorn with `--no-server-header`.
    """
    ours = [answer for answer in responses.responses if not hosted_by_supabase(answer)]
    yield from findings(ours, _judge)
    if responses.responses and not ours:
        yield not_applicable("no answer came that the stack itself configures")


def _judge(answer: WebResponse) -> Iterator[Verdict]:
    told = [(name, value) for name, value in answer.headers if _tells(name, value)]
    for name, value in told:
        shown = value if len(value) <= 80 else f"{value[:80]}…"
        yield bad(f"{name}: {shown}", name, _REMEDIES.get(name, ""), header=name, value=shown)
    if not told:
        server = answer.values("server")
        yield good("no version is announced", **({"server": server} if server else {}))


def _tells(name: str, value: str) -> bool:
    if name in _ALWAYS:
        return True
    if name == "x-powered-by":
        return bool(value.strip())
    if name == "via":
        # the protocol stands in front and is no banner: "1.1 vegur", "HTTP/1.1 google"; old Kong leaves it out
        value = ",".join(_PROTOCOL.sub("", part.strip()) for part in value.split(","))
    return name in _WITH_VERSION and bool(_VERSION.search(value))
