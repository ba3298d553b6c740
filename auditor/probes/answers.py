"""What an answer is: a page, data, a file, an error or a redirect, and where it leads."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

from auditor.facts.page import Page
from auditor.facts.responses import Kind, WebResponse
from auditor.probes.html import read_page
from auditor.probes.net.response import Response

_HTML = ("text/html", "application/xhtml+xml")
_ASSET = re.compile(r"(?:text|application)/(?:javascript|ecmascript|x-javascript|css|wasm)|(?:image|font|audio|video)/")
_DATA = re.compile(r"application/(?:[\w.+-]+\+)?json|application/openapi")
_LOOKS_LIKE_HTML = re.compile(r"\s{0,200}<(?:!doctype html|html|head|body)\b", re.IGNORECASE)


def _type(answer: Response) -> str:
    return (answer.header("content-type") or "").partition(";")[0].strip().lower()


def page_of(url: str, answer: Response) -> Page | None:
    """The page, when a browser would parse it as one.

    Args:
        url: where it was asked for, without its query.
        answer: which.
    """
    said = _type(answer)
    # without a type browsers look at the content, unless they are told not to
    if said in _HTML or (not said and _LOOKS_LIKE_HTML.match(answer.text()[:400])):
        return read_page(answer.text(), url, truncated=answer.truncated)
    return None


def kind_of(answer: Response, page: Page | None) -> Kind:
    """What it is, which decides what its headers must say.

    Args:
        answer: which.
        page: of :func:`page_of`.
    """
    if answer.status >= 400:
        return Kind.ERROR
    if answer.status >= 300 and answer.header("location"):
        return Kind.REDIRECT
    if page is not None:
        return Kind.PAGE
    return Kind.STATIC if _ASSET.match(_type(answer)) else Kind.DATA


def from_gateway(answer: WebResponse) -> bool:
    """Whether Supabase itself refuses, in JSON: such an answer is an ordinary one of a closed API."""
    said = next(iter(answer.values("content-type")), "")
    return answer.status in (401, 403, 404) and bool(_DATA.match(said.strip().lower()))


def target_of(url: str, answer: Response) -> str:
    """Where a redirect leads, written as origins are; empty when it is none, or leads nowhere."""
    try:
        parts = urlsplit(urljoin(url, answer.header("location") or ""))
        port = parts.port
    except ValueError:  # a server may call anything a URL
        return ""
    default = {"https": 443, "http": 80}.get(parts.scheme)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    if not answer.header("location") or not host or not default:
        return ""
    authority = host if port in (None, default) else f"{host}:{port}"
    return urlunsplit((parts.scheme, authority, parts.path or "/", parts.query, ""))


def own_assets(page: Page, origin: str) -> dict[str, str]:
    """What the first script and the first style sheet on the same origin are, and their URLs."""
    found: dict[str, str] = {}
    for reference in page.references:
        if not reference.url.startswith(f"{origin}/"):
            continue
        if reference.tag == "script" and reference.attribute == "src":
            found.setdefault("a script of the start page", reference.url)
        elif reference.tag == "link" and "stylesheet" in reference.rel.split():
            found.setdefault("a style sheet of the start page", reference.url)
    return found
