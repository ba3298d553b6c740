"""Supabase Auth sends users to https addresses."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from auditor.facts.named_urls import SiteUrls
from auditor.facts.sites import host_of, trustworthy
from auditor.model import Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check(
    "HTTPS009",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=("CWE-319", "ASVS-5.0-12.2.1", "https://supabase.com/docs/guides/auth/redirect-urls"),
)
def supabase_urls_encrypted(site: SiteUrls) -> Iterator[Finding]:
    """The site URL of Supabase Auth, and every redirect URL beside it, is https.

    ## Why it matters
    The mails that confirm an address and reset a password lead to the site URL, with a token that signs in. Over
    `http://` anyone on the way reads it.

    ## How to fix it
    In the dashboard, Authentication, URL Configuration: write `https://` in {subject}. `http://localhost:3000` among
    the redirect URLs of a project of production is better taken out.
    """
    if not site.asked:
        yield not_applicable("the checklist holds no `supabase.access_token`: the site URL was not read")
        return
    places = [("site URL", site.site_url), *(("redirect URL", url) for url in site.redirects)]
    for what, url in places:
        subject = f"Supabase {what} {url}".strip()
        local = trustworthy(host_of(url))
        scheme, separator, _ = url.partition("://")
        if "*" in scheme and fnmatchcase("http", scheme if separator else url):
            yield failed(subject, f"the pattern {url} lets users be sent to any address in plain HTTP", url=url)
        elif url.startswith("http:") and (what == "site URL" or not local):
            aim = "is the computer of the user" if local else "is not encrypted"
            yield failed(subject, f"users are sent to {url}, which {aim}", url=url)
        elif not url:
            yield failed(subject, "no site URL is set: Supabase sends users to http://localhost:3000", url="")
        else:
            yield passed(subject, "is a local address" if local else "is not plain HTTP", url=url)
