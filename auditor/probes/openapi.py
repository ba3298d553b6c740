"""Reads OpenAPI documents of versions 2 (Swagger) and 3, as far as an audit asks: methods, paths, security, parameters.

What others write is in it: nothing is taken to have the type that the specification gives it.

See https://spec.openapis.org/oas/v3.1.0 and https://swagger.io/specification/v2/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from auditor.facts.routes import Operation

METHODS = ("get", "head", "options", "post", "put", "patch", "delete", "trace")
MOST_OPERATIONS = 5_000
_LONGEST_PATH = 2_000


def is_document(value: object) -> bool:
    """Whether it is an OpenAPI document: it names its version and its paths."""
    return (
        isinstance(value, dict) and ("openapi" in value or "swagger" in value) and isinstance(value.get("paths"), dict)
    )


def read_operations(document: Mapping[str, Any], url: str) -> tuple[Operation, ...]:
    """Every operation of a document, the first 5,000 at most.

    Args:
        document: for which :func:`is_document` holds.
        url: where it was found; servers are relative to it.
    """
    prefix = _prefix(document, url)
    found: list[Operation] = []
    for path, item in document["paths"].items():
        if not isinstance(path, str) or not path.startswith("/") or len(path) > _LONGEST_PATH:
            continue
        if isinstance(item, dict):
            found += _operations(document, prefix + path, item)
        if len(found) >= MOST_OPERATIONS:
            break
    return tuple(found[:MOST_OPERATIONS])


def _operations(document: Mapping[str, Any], path: str, item: Mapping[str, Any]) -> Iterator[Operation]:
    for method in METHODS:
        operation = item.get(method)
        if not isinstance(operation, dict):
            continue
        security = operation.get("security", document.get("security"))
        parameters = [*_listed(item, "parameters"), *_listed(operation, "parameters")]
        needs = dict.fromkeys((*_in_path(path), *_required(document, parameters)))
        yield Operation(method.upper(), path, _is_secured(security), tuple(needs))


def _is_secured(security: object) -> bool:
    """An empty requirement among the alternatives makes credentials optional."""
    return isinstance(security, list) and bool(security) and all(isinstance(one, dict) and one for one in security)


def _in_path(path: str) -> Iterator[str]:
    for piece in path.split("{")[1:]:
        name, brace, _ = piece.partition("}")
        if brace:
            yield name


def _required(document: Mapping[str, Any], parameters: list[object]) -> Iterator[str]:
    for parameter in parameters:
        known = _resolved(document, parameter)
        if known.get("required") is True and isinstance(known.get("name"), str):
            yield known["name"]


def _resolved(document: Mapping[str, Any], parameter: object) -> Mapping[str, Any]:
    """The parameter, or the one of the document that it refers to (one step: a chain is not what tools write)."""
    if not isinstance(parameter, dict):
        return {}
    reference = parameter.get("$ref")
    if not isinstance(reference, str):
        return parameter
    if not reference.startswith("#/"):
        return {"required": True, "name": reference}  # in another file: it may be required
    found: object = document
    for key in reference[2:].split("/"):
        found = found.get(key.replace("~1", "/").replace("~0", "~")) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _prefix(document: Mapping[str, Any], url: str) -> str:
    """The path in front of all paths: of the first server, where that is on the document's own host."""
    if isinstance(base := document.get("basePath"), str):  # version 2
        return "/" + base.strip("/") if base.strip("/") else ""
    first = next((one for one in _listed(document, "servers") if isinstance(one, dict)), {})
    server = first.get("url")
    if not isinstance(server, str) or "{" in server:
        return ""
    try:
        there, here = urlsplit(urljoin(url, server)), urlsplit(url)
    except ValueError:  # anything may be called a URL
        return ""
    return there.path.rstrip("/") if there.netloc == here.netloc else ""


def _listed(of: Mapping[str, Any], key: str) -> list[object]:
    found = of.get(key)
    return found if isinstance(found, list) else []
