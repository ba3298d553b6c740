"""The frontend links to itself over https."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.loads import Use, pages_of, use_of
from auditor.facts.responses import Responses
from auditor.facts.sites import host_of, trustworthy
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("HTTPS008", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-319", "RFC 6797 section 8.3"))
def links_encrypted(responses: Responses) -> Iterator[Finding]:
    """No page names the stack's own hosts with http://, in links, canonical or og:url.

    ## Why it matters
    Each such link begins in the clear and lets anyone on the way choose where it leads; search engines take a canonical
    address at its word. Links to hosts of others are theirs.

    ## How to fix it
    Write {subject} with `https://`, or relative. Frameworks build it from a setting:

        export const metadata = { metadataBase: new URL("https://app.example.com") }   // Next.js
    """
    own = {host for one in responses.responses if not trustworthy(host := host_of(one.url))}
    found: dict[tuple[str, str], dict[str, None]] = {}
    ends: dict[str, bool] = {}
    for response, page in pages_of(responses):
        ends[response.url] = ends.get(response.url, True) and not page.truncated
        for one in page.references:
            if one.url.startswith("http:") and use_of(one) is Use.LINK and host_of(one.url) in own:
                kind = one.rel if one.tag in ("link", "meta") and one.rel else f"<{one.tag}>"
                found.setdefault((one.url, kind), {})[response.url] = None
    for (url, kind), pages in found.items():
        message = f"is named by {kind} in plain HTTP"
        yield failed(url, message, confidence=Confidence.PROVEN, aspect=kind, kind=kind, pages=list(pages))
    spoiled = {page for pages in found.values() for page in pages}
    for url, whole in ends.items():
        if url not in spoiled and whole:
            yield passed(url, "names no host of the stack in plain HTTP", confidence=Confidence.PROVEN)
        elif url not in spoiled:
            yield unproven(url, "the page is too long to be read to its end", "split the page, or look at it by hand")
    if not ends and responses.responses:
        yield not_applicable("no page was answered")
