"""Recognises the lists of files that web servers make of a directory without a start page."""

from __future__ import annotations

import re

from auditor.probes.paths.matching import is_markup
from auditor.probes.paths.seen import Seen

_BEGINNING = 100_000
"""Characters that are looked at."""
_SLASH = "(?:/|&#47;|&#x2f;)"
_PAGES = tuple(
    tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
    for patterns in (
        # nginx, Apache, lighttpd, http-server, WEBrick, WsgiDAV
        (rf"<title>\s{{0,9}}(?:wsgidav - )?index of {_SLASH}", rf"<h\d[^>]{{0,200}}>\s{{0,9}}index of {_SLASH}"),
        # http.server of Python
        (rf"<h1>directory listing for {_SLASH}",),
        # serve, and serve-index of express
        (r"<title>(?:files within |listing directory )", r"<ul id=[\"']?files"),
        # Caddy
        (r"<tr class=\"file\">|<span class=\"go-up\">", r"<(?:table|main|div class=\"(?:wrapper|listing))"),
        # IIS
        (r"<pre>\s{0,9}<a href=[^>]{1,400}>\[to parent directory\]",),
        (r"<h1>[^<\n]{1,300} - /[^<\n]{0,300}</h1>\s{0,9}<hr>\s{0,9}<pre>",),
        # Tomcat, Jetty, Deno
        (r"<title>(?:directory listing for \[/|directory: /|deno file server)",),
        # net/http of Go
        (r"\A\s{0,9}(?:<!doctype html>\s{0,9}<meta [^>]{1,200}>\s{0,9})?<pre>\s{0,9}<a href=\"[^\"]{1,400}\">",),
    )
)
"""Patterns that a page must hold all of. Each is looked for from the beginning: that takes linear time."""
_BUCKETS = re.compile(r"\s{0,9}(?:<\?xml[^>]{0,200}>\s{0,9})?<(?:ListBucketResult|EnumerationResults)[\s>]")
_OBJECT = re.compile(r"<(?:Contents|Blob)>")
_JSON = re.compile(
    r"\s{0,9}\[\s{0,9}\{\s{0,9}\"name\":\"(?:[^\"\\]|\\.){0,400}\", ?\"type\":\"(?:file|directory)\", ?\"mtime\":"
)
_JSON_ENTRY = re.compile(r"\{\s{0,9}\"name\":")
_XML = re.compile(r"\s{0,9}(?:<\?xml[^>]{0,200}>\s{0,9})?<list>\s{0,9}<(?:file|directory) mtime=")
_XML_ENTRY = re.compile(r"<(?:file|directory) mtime=")
_LINK = re.compile(r"<a\s(?:[^>]{0,300}?\s)?href\s{0,9}=\s{0,9}[\"']?([^\"'\s>]{1,600})", re.IGNORECASE)
_NO_ENTRY = re.compile(r"\?|#|\.\.?/?$|/$|&#47;$|\./?\?|https?:|javascript:")


def listing(seen: Seen) -> str:
    """The list of a directory or of a bucket; what was seen is how many entries it has, and none of their names."""
    text = seen.text[:_BEGINNING]
    if _JSON.match(text):
        return _count(len(_JSON_ENTRY.findall(text)))
    if not is_markup(text):
        return ""
    if _XML.match(text):
        return _count(len(_XML_ENTRY.findall(text)))
    if _BUCKETS.match(text):
        return _count(len(_OBJECT.findall(text)))
    if any(all(pattern.search(text) for pattern in page) for page in _PAGES):
        return _count(sum(not _NO_ENTRY.match(link) for link in _LINK.findall(text)))
    return ""


def _count(entries: int) -> str:
    return f"{entries} {'entry' if entries == 1 else 'entries'}"
