"""Pictures, sound and video come over https."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.loads import Use, clean_pages, insecure
from auditor.facts.responses import Responses
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "HTTPS005",
    level=Level.RECOMMENDED,
    severity=Severity.LOW,
    references=("CWE-319", "https://www.w3.org/TR/mixed-content/"),
)
def no_passive_mixed_content(responses: Responses) -> Iterator[Finding]:
    """No page over https names pictures, sound or video in plain HTTP.

    ## Why it matters
    Current browsers ask for `http://` pictures, sound and video over https instead and show nothing where that fails;
    those of a `srcset` they block. Older ones load them in the clear, where they can be read and replaced.

    ## How to fix it
    Write `https://` in {subject}; the host has to serve it. Where old content cannot be changed:

        add_header Content-Security-Policy "upgrade-insecure-requests" always;   # nginx
    """
    found = insecure(responses, Use.PASSIVE)
    for one in found:
        if one.upgraded:
            message = f"is named by <{one.tag}>; browsers ask for it over https, by upgrade-insecure-requests"
            yield passed(one.url, message, aspect=one.tag, tag=one.tag, pages=list(one.pages))
        else:
            yield failed(
                one.url,
                f"is named by <{one.tag}> in plain HTTP, on a page over https",
                confidence=Confidence.PROVEN,
                reproduce=f"curl -s {one.pages[0]} | grep -o '{one.url}'",
                aspect=one.tag,
                tag=one.tag,
                pages=list(one.pages),
            )
    pages = clean_pages(responses, found)
    for url, whole in pages:
        if whole:
            yield passed(url, "names no picture, sound or video in plain HTTP", confidence=Confidence.PROVEN)
        else:
            yield unproven(url, "the page is too long to be read to its end", "split the page, or look at it by hand")
    if not found and not pages and responses.responses:
        yield not_applicable("no page was answered over https")
