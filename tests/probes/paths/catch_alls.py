"""Servers that answer every path with something, and hand out no file at all."""

# ruff: noqa: E501  bodies as servers send them
from __future__ import annotations

import gzip
import html
import json
import secrets
from collections.abc import Callable

from tests.probes.paths.samples import TEXTS
from tests.probes.stand import Asked, answer, page

SPA = '<!doctype html><html><head><script type="module" src="/assets/index.js"></script></head><body><div id="root">'
DOCS = page(
    "<!doctype html><h1>Files you should not serve</h1>"
    + "".join(f"<h2>{name}</h2><pre>{html.escape(text)}</pre>" for name, text in TEXTS.items())
    + "<pre>"
    + "\n".join(TEXTS.values())
    + "</pre>"
)
MARKDOWN = "# Secrets\n\nNever commit `.env`:\n\n" + "\n".join(
    f"## {name}\n\n```\n{text}```\n" for name, text in TEXTS.items() if name != "/server-status"
)
BY_ENDING = {
    "sql": "-- PostgreSQL database dump\nCREATE TABLE x (y int);\n",
    "json": '{"name":"x","dependencies":{},"projectId":"x","orgId":"y","host":"x","username":"y"}',
    "env": "A=1\n",
    "log": '127.0.0.1 - - [25/Nov/2026:20:00:00 +0000] "GET / HTTP/1.1" 200 1\n',
    "yml": "services:\n  a:\n    image: b\n",
    "txt": "fastapi==1.0\n",
    "js": "const nextConfig = {}\nmodule.exports = nextConfig",
}


def spa(asked: Asked) -> bytes:
    """The start page of an application, for everything."""
    return page(SPA)


def text_page(asked: Asked) -> bytes:
    """The same, as text/plain."""
    return answer(200, SPA, Content_Type="text/plain")


def fragment(asked: Asked) -> bytes:
    """A piece of a page, without its head."""
    return page("<h1>Not found</h1><p>We could not find that page.</p>")


def json_for_all(asked: Asked) -> bytes:
    """An API that says that it is well, whatever it is asked."""
    return answer(200, '{"status":"ok","name":"api","version":"1","config":{}}', Content_Type="application/json")


def empty(asked: Asked) -> bytes:
    """Nothing at all."""
    return answer(200)


def soft_404(asked: Asked) -> bytes:
    """Not found, with a 200."""
    return answer(200, "Not found", Content_Type="text/plain")


def docs(asked: Asked) -> bytes:
    """A page that quotes every one of the files."""
    return DOCS


def docs_in_markdown(asked: Asked) -> bytes:
    """The same in Markdown, as text."""
    return answer(200, MARKDOWN, Content_Type="text/plain")


def echo(asked: Asked) -> bytes:
    """The path that was asked for."""
    return answer(200, f"You asked for {asked.path}\n", Content_Type="text/plain")


def echo_in_environment(asked: Asked) -> bytes:
    """The path that was asked for, in the form of an environment file."""
    return answer(200, f"REQUEST_URI={asked.path}\nSTATUS=ok\nHOST=app\n", Content_Type="text/plain")


def echo_of_request(asked: Asked) -> bytes:
    """A service that shows requests: JSON, with the path and the headers."""
    shown = {
        "url": f"https://x{asked.path}",
        "headers": asked.headers,
        "number": asked.number,
        "scripts": {},
        "name": 1,
    }
    return answer(200, json.dumps(shown), Content_Type="application/json")


def random_text(asked: Asked) -> bytes:
    """Something else each time."""
    return answer(200, secrets.token_urlsafe(200))


def random_bytes(asked: Asked) -> bytes:
    """The same, of bytes."""
    return answer(200, secrets.token_bytes(2000), Content_Type="application/octet-stream")


def random_spa(asked: Asked) -> bytes:
    """A page with a nonce and ids that are new each time."""
    return page(SPA.replace("root", f"root-{secrets.token_hex(8)}") + f"<script nonce='{secrets.token_urlsafe(9)}'>")


def same_environment(asked: Asked) -> bytes:
    """One text in the form of an environment file, for everything."""
    return answer(200, "APP=web\nVERSION=12\n")


def login(asked: Asked) -> bytes:
    """A redirect to the login, for everything but the login."""
    if asked.path.startswith("/login"):
        return page("<!doctype html><form method=post><input name=password type=password></form>")
    return answer(302, "", Location=f"/login?next={asked.path}")


def by_ending(asked: Asked) -> bytes:
    """A server that has an answer for each ending."""
    name = asked.path.rpartition("/")[2]
    ending = name.rpartition(".")[2]
    return answer(200, BY_ENDING[ending]) if ending in BY_ENDING else answer(404, "no")


def dotted(asked: Asked) -> bytes:
    """A trap that answers every name with a dot before it."""
    return answer(200, "DB_PASSWORD=trap\nAPP_ENV=production\n") if "/." in asked.path else answer(404, "no")


def always_206(asked: Asked) -> bytes:
    """A proxy that calls everything a part."""
    return answer(206, SPA, Content_Type="text/html", Content_Range=f"bytes 0-{len(SPA) - 1}/{len(SPA)}")


def packed_pages(asked: Asked) -> bytes:
    """A page packed with gzip, and nothing said of it."""
    return answer(200, gzip.compress(SPA.encode()), Content_Type="application/octet-stream")


def packed_spa(asked: Asked) -> bytes:
    """A page packed with gzip, as it should be, though nobody asked for that."""
    return answer(200, gzip.compress(SPA.encode()), Content_Type="text/html", Content_Encoding="gzip")


def bucket(asked: Asked) -> bytes:
    """A private bucket behind a start page."""
    if asked.path == "/":
        return page(SPA)
    said = '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
    return answer(403, said, Content_Type="application/xml")


def missing_bucket(asked: Asked) -> bytes:
    """A bucket that may be listed by nobody, and says which key is missing."""
    said = f"<Error><Code>NoSuchKey</Code><Key>{asked.path}</Key></Error>"
    return page(SPA) if asked.path == "/" else answer(404, said, Content_Type="application/xml")


def errors_of_problem(asked: Asked) -> bytes:
    """RFC 9457, with the path, and a 200."""
    said = {"type": "about:blank", "title": "Not Found", "instance": asked.path, "config": {}, "files": []}
    return answer(200, json.dumps(said), Content_Type="application/problem+json")


def words(asked: Asked) -> bytes:
    """One word."""
    return answer(200, "ok")


def hashes(asked: Asked) -> bytes:
    """A hash, as of a build."""
    return answer(200, "3f786850e387550fdab836ed7e6dc881de23001b\n")


def script(asked: Asked) -> bytes:
    """A script for everything."""
    return answer(200, "a=1;b=2\nmodule.exports={env:{}}\n", Content_Type="text/javascript")


CATCH_ALLS: dict[str, Callable[[Asked], bytes]] = {
    one.__name__: one
    for one in (
        spa,
        text_page,
        fragment,
        json_for_all,
        empty,
        soft_404,
        docs,
        docs_in_markdown,
        echo,
        echo_in_environment,
        echo_of_request,
        random_text,
        random_bytes,
        random_spa,
        same_environment,
        login,
        by_ending,
        dotted,
        always_206,
        packed_pages,
        packed_spa,
        bucket,
        missing_bucket,
        errors_of_problem,
        words,
        hashes,
        script,
    )
}
