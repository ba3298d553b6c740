"""Reads the pages of an application off the tables of routes that its scripts hold.

React Router and Remix write one as JSON into a manifest, Nuxt writes that of vue-router into its entry. Routes with
parameters are left out: what stands for them, only links tell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from auditor.facts.served import FileKind
from auditor.probes.site.frontier import How
from auditor.probes.site.references import Reference, is_page
from auditor.probes.site.territory import resolve

_MANIFEST = re.compile(r"__(?:reactRouter|remix)Manifest\s{0,5}=\s{0,5}(?=\{)")
_ROUTE = re.compile(r"\{name:\"[\w-]{1,100}\",path:\"(/[\w./~-]{0,200})\"")
MOST_ROUTES = 1_000
_DEEPEST = 20
LONGEST = 2_000_000
"""Characters of a manifest that are read."""


def pages(text: str, url: str, base: str) -> Iterator[Reference]:
    """The pages that a script's table of routes names.

    Args:
        text: the script. Whatever it holds, this ends and does not raise.
        url: where it came from.
        base: where the application lives, with a slash at the end.
    """
    paths = _of_manifest(text)
    if not paths and "/_nuxt/" in url:
        paths = [match[1] for _, match in zip(range(MOST_ROUTES), _ROUTE.finditer(text), strict=False)]
    for path in dict.fromkeys(paths):
        target = resolve(base, base.rstrip("/") + "/" + path.strip("/"))
        if target and is_page(target):
            yield Reference(target, FileKind.PAGE, How.TEXT, route=True)


def _of_manifest(text: str) -> list[str]:
    found = _MANIFEST.search(text)
    if not found:
        return []
    try:
        read, _ = json.JSONDecoder().raw_decode(text[found.end() : found.end() + LONGEST])
    except (ValueError, RecursionError):
        return []
    routes = read.get("routes")
    if not isinstance(routes, dict):
        return []
    whole = (_whole(routes, one) for one in list(routes)[:MOST_ROUTES])
    return [path for path in whole if path is not None and not set(":*") & set(path)]


def _whole(routes: dict[str, Any], one: str) -> str | None:
    """The path of a route below those of its parents; None when it is nobody's."""
    parts: list[str] = []
    for _ in range(_DEEPEST):
        route = routes.get(one)
        if not isinstance(route, dict):
            return None
        path, parent = route.get("path"), route.get("parentId")
        if isinstance(path, str) and path.strip("/"):
            parts.append(path.strip("/"))
        if not isinstance(parent, str):
            return "/" + "/".join(reversed(parts))
        one = parent
    return None
