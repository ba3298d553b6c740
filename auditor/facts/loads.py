"""What a browser does with the URLs that a page names (Mixed Content, Upgrade Insecure Requests, SRI)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from auditor.facts.page import Page, Reference
from auditor.facts.responses import Responses, WebResponse
from auditor.facts.sites import host_of, trustworthy

JAVASCRIPT = re.compile(r"(?:module|(?:text|application)/(?:x-)?(?:java|ecma)script|text/(?:jscript|livescript))?")
"""Types of scripts that are run."""
_ACTIVE_TAGS = frozenset({"iframe", "frame", "object", "embed", "track", "use"})
_PASSIVE_TAGS = frozenset({"img", "image", "input", "audio", "video", "source", "feimage", "body", "table", "td", "th"})
_ACTIVE_LINKS = frozenset({"stylesheet", "modulepreload", "manifest", "prefetch", "prerender"})
_ICONS = frozenset({"icon", "apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon"})


class Use(StrEnum):
    """What a browser does with a URL."""

    ACTIVE = "active"
    """Loads what can change the page: scripts, styles, frames, fonts."""
    PASSIVE = "passive"
    """Loads pictures, sound, video."""
    FORM = "form"
    """Sends to it what a user enters."""
    LINK = "link"
    """Offers it, or names it."""
    NOTHING = "nothing"


def use_of(reference: Reference) -> Use:
    """What a browser does with a reference."""
    tag, attribute = reference.tag, reference.attribute
    if attribute == "style":
        return Use.PASSIVE if reference.kind == "image" else Use.ACTIVE
    if attribute in ("action", "formaction"):
        return Use.FORM
    if tag in ("a", "area", "meta"):
        return Use.LINK
    if tag == "script":
        return Use.ACTIVE if JAVASCRIPT.fullmatch(reference.kind) else Use.NOTHING
    if tag == "link":
        return _link(reference)
    if tag in _ACTIVE_TAGS:
        return Use.ACTIVE
    return Use.PASSIVE if tag in _PASSIVE_TAGS else Use.NOTHING


def _link(reference: Reference) -> Use:
    rels = set(reference.rel.split())
    pictured = reference.kind in ("image", "audio", "video") or reference.attribute == "imagesrcset"
    if rels & _ICONS or ("preload" in rels and pictured):
        return Use.PASSIVE
    if rels & _ACTIVE_LINKS or "preload" in rels:
        return Use.ACTIVE
    return Use.LINK if "canonical" in rels or "alternate" in rels else Use.NOTHING


def upgraded(response: WebResponse) -> bool:
    """Whether an enforced policy has the browser ask for http:// URLs over https: loads, frames and forms alike."""
    written = [*response.values("content-security-policy"), *(response.page.policies if response.page else ())]
    directives = (directive.split() for policy in written for directive in re.split("[;,]", policy))
    return any(words and words[0].lower() == "upgrade-insecure-requests" for words in directives)


@dataclass(frozen=True, slots=True)
class Insecure:
    """A URL in plain HTTP on pages that came over https."""

    url: str
    tag: str
    use: Use
    pages: tuple[str, ...]
    upgraded: bool
    """On every one of the pages."""


def pages_of(responses: Responses) -> Iterator[tuple[WebResponse, Page]]:
    """The answers that are pages."""
    for response in responses.responses:
        if response.page is not None:
            yield response, response.page


def insecure(responses: Responses, *uses: Use) -> tuple[Insecure, ...]:
    """What pages over https name in plain HTTP for some uses, each URL and tag once."""
    found: dict[tuple[str, str, Use], dict[str, bool]] = {}
    for response, page in pages_of(responses):
        for one in page.references if response.encrypted else ():
            if not one.url.startswith(("http:", "ws:")):
                continue  # first, for most are like that
            use = use_of(one)
            if use in uses and not trustworthy(host_of(one.url)):
                found.setdefault((one.url, one.tag, use), {})[response.url] = upgraded(response)
    return tuple(Insecure(*key, tuple(pages), all(pages.values())) for key, pages in found.items())


def clean_pages(responses: Responses, found: tuple[Insecure, ...]) -> tuple[tuple[str, bool], ...]:
    """The pages over https on which nothing was found, each with whether it was read to its end."""
    spoiled = {page for one in found for page in one.pages}
    ends: dict[str, bool] = {}
    for response, page in pages_of(responses):
        if response.encrypted and response.url not in spoiled:
            ends[response.url] = ends.get(response.url, True) and not page.truncated
    return tuple(ends.items())
