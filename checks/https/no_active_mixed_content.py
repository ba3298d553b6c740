"""Nothing that can change a page is loaded in plain HTTP."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.loads import Use, clean_pages, insecure
from auditor.facts.responses import Responses
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "HTTPS004",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=("CWE-319", "CWE-311", "ASVS-5.0-12.2.1", "https://www.w3.org/TR/mixed-content/"),
)
def no_active_mixed_content(responses: Responses) -> Iterator[Finding]:
    """No page over https loads scripts, styles or frames, or sends a form, in plain HTTP.

    ## Why it matters
    Browsers block a script, a style sheet, a font or a frame that an https page names with `http://`: the page is
    broken. A form they do send, and anyone on the way reads what was typed. Links, canonical addresses, namespaces and
    text inside scripts load nothing.

    ## How to fix it
    Write `https://` in {subject}; the host has to serve it. Where old content cannot be changed, let browsers do it:

        add_header Content-Security-Policy "upgrade-insecure-requests" always;   # nginx
        headers: async () => [{ source: "/(.*)", headers: [
          { key: "Content-Security-Policy", value: "upgrade-insecure-requests" }] }]   // next.config.js
    """
    found = insecure(responses, Use.ACTIVE, Use.FORM)
    for one in found:
        what = "is where a form is sent" if one.use is Use.FORM else f"is loaded by <{one.tag}>"
        if one.upgraded:
            message = f"{what}; browsers ask for it over https, by upgrade-insecure-requests"
            yield passed(one.url, message, aspect=one.tag, tag=one.tag, pages=list(one.pages))
        else:
            message = f"{what} in plain HTTP, on a page over https"
            yield failed(
                one.url,
                message,
                confidence=Confidence.PROVEN,
                reproduce=f"curl -s {one.pages[0]} | grep -o '{one.url}'",
                aspect=one.tag,
                tag=one.tag,
                use=one.use,
                pages=list(one.pages),
            )
    pages = clean_pages(responses, found)
    for url, whole in pages:
        if whole:
            yield passed(url, "loads nothing active, and sends no form, in plain HTTP", confidence=Confidence.PROVEN)
        else:
            yield unproven(url, "the page is too long to be read to its end", "split the page, or look at it by hand")
    if not found and not pages and responses.responses:
        yield not_applicable("no page was answered over https")
