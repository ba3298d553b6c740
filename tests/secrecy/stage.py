"""A site, an API and a repository that hold every planted value, and a checklist that names them."""

# ruff: noqa: E501  files as people write them

from __future__ import annotations

import base64
import html
import http.server
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

from tests.probes.checkout import checkout, git
from tests.secrecy.values import CHECKLIST_TOKEN, DATABASE_PASSWORD, EXACT, Planted

LINK = 6
"""Values in the query of one link."""


class Stage:
    """What is served, by path.

    Args:
        planted: the values.
    """

    def __init__(self, planted: Sequence[Planted]) -> None:
        self.planted = planted
        self._header = 0
        texts = [one.text for one in planted]
        self.pages = {
            "/": ("text/html; charset=utf-8", self._start()),
            "/static/app.js": ("text/javascript", _script(texts) + "\n//# sourceMappingURL=app.js.map\n"),
            "/static/app.js.map": ("application/json", _map(texts)),
            "/sw.js": ("text/javascript", _script(texts)),
            "/robots.txt": ("text/plain", "User-agent: *\n" + "\n".join(f"Disallow: /{quote(t)}" for t in texts)),
            "/env.js": ("text/javascript", "window.__ENV=" + json.dumps({f"V{n}": t for n, t in enumerate(texts)})),
            "/openapi.json": ("application/json", _openapi(texts)),
            "/health": ("application/json", json.dumps({"status": texts[0]})),
            "/metrics": ("text/plain", "\n".join(f'x{{v="{t}"}} 1' for t in texts)),
            "/.env": ("text/plain", "".join(f"V{n}_KEY={t}\n" for n, t in enumerate(texts))),
            "/.git/config": ("text/plain", "[core]\nrepositoryformatversion = 0\n" + "\n".join(texts)),
            "/backup.sql": ("application/sql", "-- PostgreSQL database dump\nCREATE TABLE x (y int);\n" + "\n".join(texts)),
            "/access.log": ("text/plain", "".join(_log_line(t) for t in texts)),
            "/static/": ("text/html", "<title>Index of /static/</title><h1>Index of /static/</h1>"
                         + "".join(f'<a href="{quote(t, safe="")}">{html.escape(t)}</a>' for t in texts)),
        }  # fmt: skip

    def _start(self) -> str:
        texts = [one.text for one in self.planted]
        links = [
            f'<a href="/p{n}?'
            + "&amp;".join(f"v{m}={quote(t, safe='')}" for m, t in enumerate(texts[at : at + LINK]))
            + '">x</a>'
            for n, at in enumerate(range(0, len(texts), LINK))
        ]
        names = [f'<script src="/static/{quote(t, safe="")}.js"></script>' for t in texts[::3] if "/" not in t]
        moved = [f'<a href="/go/{n}">x</a>' for n in range(0, len(texts), 20)]
        others = [f'<script src="https://cdn{n}.other.test/{quote(t)}.js"></script>' for n, t in enumerate(texts[1::9])]
        data = json.dumps(texts).replace("<", "\\u003c")
        return (
            f'<!doctype html><html data-x="{html.escape(texts[0])}"><script src="/static/app.js"></script>'
            f"<script id=__NEXT_DATA__ type=application/json>{data}</script><!-- {texts[-1]} -->"
            + "".join([*names, *links, *moved, *others])
        )

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body: every header holds another value."""
        self._header += 1
        text = self.planted[self._header % len(self.planted)].text.encode().decode("latin-1").replace("\n", "")
        headers = {
            "X-Debug": text, "Set-Cookie": f"sid={quote(text, safe='')}; Path=/", "Server": text,
            "Content-Security-Policy": f"script-src 'nonce-{text}'; report-uri /r?t={quote(text, safe='')}",
        }  # fmt: skip
        clean = path.partition("?")[0]
        if clean.startswith("/go/"):
            away = "https://other.test" if self._header % 2 else ""
            return 302, {**headers, "Location": f"{away}/landing/{quote(text, safe='')}?t={quote(text, safe='')}"}, b""
        kind, body = self.pages.get(clean) or self.pages.get(clean + ".map") or ("text/plain", "")
        if body:
            return 200, {**headers, "Content-Type": kind}, body.encode()
        if clean.endswith(".js") or clean.startswith("/p"):
            return 200, {**headers, "Content-Type": "text/javascript"}, f"const a = {json.dumps(text)}".encode()
        error = f"Traceback (most recent call last):\n  File {path}\nError: {text}\n"
        return 500 if self._header % 3 else 404, {**headers, "Content-Type": "text/plain"}, error.encode()


def _script(texts: Sequence[str]) -> str:
    lines = [f"let v{n}={json.dumps(t)};" for n, t in enumerate(texts)]
    lines += [f"atob('{base64.b64encode(t.encode()).decode()}');" for t in texts]
    lines += [f'import("./{quote(t, safe="")}.js");' for t in texts[2::40] if "/" not in t]
    return "\n".join(lines)


def _map(texts: Sequence[str]) -> str:
    sources = [f"webpack://app/{t}.ts" for t in texts]
    held = [
        f"const {chr(97 + n % 26)} = {json.dumps(t)}; // process.env.NEXT_PUBLIC_V{n}_SECRET"
        for n, t in enumerate(texts)
    ]
    return json.dumps(
        {"version": 3, "sources": sources, "sourcesContent": held, "names": list(texts), "mappings": "AAAA"}
    )


def _openapi(texts: Sequence[str]) -> str:
    paths = {
        f"/items/{quote(t, safe='')}": {"get": {"summary": t, "responses": {"200": {"description": t}}}} for t in texts
    }
    return json.dumps({"openapi": "3.1.0", "info": {"title": texts[0], "version": texts[1]}, "paths": paths})


def _log_line(text: str) -> str:
    return f'203.0.113.7 - - [25/Nov/2026:20:00:00 +0000] "GET /x?t={quote(text)} HTTP/1.1" 200 12\n'


@contextmanager
def served(stage: Stage) -> Iterator[str]:
    """The stage on a port of this machine; its origin."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, headers, body = stage.answer(self.path)
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_POST = do_OPTIONS = do_GET  # noqa: N815

        def log_message(self, *words: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def repository(root: Path, planted: Sequence[Planted]) -> None:
    """Every kind of file that is read, names of files and branches, messages, and what was deleted."""
    texts = [one.text for one in planted]
    pairs = [(f"V{n}_SECRET", t) for n, t in enumerate(texts)]
    files: dict[str, str | bytes] = {
        ".env": "".join(f"{n}={t}\n" for n, t in pairs),
        ".env.production": "".join(f"NEXT_PUBLIC_{n}={json.dumps(t)}\n" for n, t in pairs),
        "compose.yml": "services:\n  a:\n    image: b\n    environment:\n" + "".join(f"      {n}: {json.dumps(t)}\n" for n, t in pairs),
        "Dockerfile": "FROM x\n" + "".join(f"ENV {n}={json.dumps(t)}\n" for n, t in pairs),
        "settings.py": "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n"
        + "".join(f"    {n.lower()}: str = {t!r}\n" for n, t in pairs),
        ".github/workflows/ci.yml": "on: push\nenv:\n" + "".join(f"  {n}: {json.dumps(t)}\n" for n, t in pairs),
        "next.config.js": "module.exports = { env: {\n" + "".join(f"  {n}: {json.dumps(t)},\n" for n, t in pairs) + "} }\n",
        "main.tf": "".join(f'variable "{n}" {{\n  default = {json.dumps(t)}\n}}\n' for n, t in pairs),
        "a.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": [f"{n} = {t!r}\n" for n, t in pairs], "outputs": []}], "nbformat": 4}),
        "chart/values.yaml": "".join(f"{n}: {json.dumps(t)}\n" for n, t in pairs),
        "README.md": "\n".join(texts),
        "app.ts": "\n".join(f"export const {n} = {json.dumps(t)}; process.env.NEXT_PUBLIC_{n}" for n, t in pairs),
        "bad.yml": "a: [\n" + "\n".join(f"  - {t}: {{" for t in texts),
        "bad.json": "{" + ",".join(texts),
        "deploy.sh": "\n".join(f"export {n}={t!r}\ncurl -H 'Authorization: Bearer {t}' https://x.test" for n, t in pairs),
    }  # fmt: skip
    for n, text in enumerate(texts):
        if len(text.encode()) < 240 and not set("/\n") & set(text):  # a part of a value is another one
            files[f"names/{n % 7}/{text}.env"] = f"KEY_SECRET={text}\n"
    checkout(root, files, commit=True)
    for n, one in enumerate(planted[::60]):
        (root / f"names/gone{n}.env").write_text(f"A_SECRET={one.text}\n", encoding="utf-8")
        git(root, "add", "--force", "--all")
        git(root, "commit", "--quiet", "--message", f"Use {one.text}", GIT_AUTHOR_NAME=one.value.replace("<", ""))
        (root / f"names/gone{n}.env").unlink()
        git(root, "commit", "--quiet", "--all", "--message", "Remove it")
    git(root, "checkout", "--quiet", "-b", planted[0].text)


def checklist(folder: Path, origin: str, root: Path, *, more: str = "") -> Path:
    """The checklist, and its file of variables."""
    values = {
        **EXACT,
        "DATABASE_URL": f"postgresql://app:{quote(DATABASE_PASSWORD, safe='')}@127.0.0.1:9/app",
        "AUDIT_BEARER": CHECKLIST_TOKEN,
    }
    lines = [f"{name}={_quoted(value)}" for name, value in values.items()]
    (folder / "prod.env").write_text("\n".join(lines) + "\n", encoding="utf-8")
    port = urlsplit(origin).port
    path = folder / "checklist.toml"
    path.write_text(
        f"""version = 1
extends = "default"
[env.prod]
absent = ["prometheus", "alertmanager"]
frontend = "{origin}"
api = "http://localhost:{port}"
database = "${{DATABASE_URL}}"
repository = "{root}"
[env.prod.supabase]
url = "{origin}"
anon_key = "anon"
service_key = "${{STRIPE_SECRET_KEY}}"
[policy.cors]
token = "${{AUDIT_BEARER}}"
[policy.secrets]
history = true
{more}""",
        encoding="utf-8",
    )
    return path


def _quoted(value: str) -> str:
    quote_ = "'" if "'" not in value else '"'
    return quote_ + (value if quote_ == "'" else value.replace("\\", "\\\\").replace('"', '\\"')) + quote_
