"""flask-cors, as it is configured, on one server: told apart by host names."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager

from flask import Flask, request
from flask_cors import CORS
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.probes.cors.audited import APP


def app(configure) -> Flask:
    made = Flask("tests")

    @made.get("/api/me")
    def me():
        return {"id": 1}

    configure(made)
    return made


def cors(**options):
    return app(lambda made: CORS(made, **options))


def by_hand(allows, credentials=True) -> Flask:
    """An ``after_request`` that somebody wrote."""

    def configure(made):
        @made.after_request
        def headers(answer):
            origin = request.headers.get("Origin", "")
            if origin and allows(origin):
                answer.headers["Access-Control-Allow-Origin"] = origin
                answer.headers["Vary"] = "Origin"
                if credentials:
                    answer.headers["Access-Control-Allow-Credentials"] = "true"
            return answer

    return app(configure)


HOST = r"https://app\.example\.com"
APPS = {
    "cred": cors(supports_credentials=True),
    "default": cors(),
    "regex-prefix": cors(origins=[HOST], supports_credentials=True),
    "regex-prefix-open": cors(origins=[HOST]),
    "regex-subdomains": cors(origins=[r"https://.*\.example\.com"], supports_credentials=True),
    "regex-dot": cors(origins=[r"https://app.example.com$"], supports_credentials=True),
    "endswith": by_hand(lambda origin: origin.endswith("example.com")),
    "in": by_hand(lambda origin: "example.com" in origin),
    "in-host": by_hand(lambda origin: "app.example.com" in origin),
    "search": by_hand(lambda origin: bool(re.search(r"\bexample\.com$", origin))),
    "list": cors(origins=[APP], supports_credentials=True),
    "regex-right": cors(origins=[HOST + "$"], supports_credentials=True),
    "star": cors(origins="*", send_wildcard=True),
}


def dispatch(environ, start_response):
    return APPS[environ["HTTP_HOST"].partition(".")[0]](environ, start_response)


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_):
        pass


@contextmanager
def serving():
    server = make_server("127.0.0.1", 0, dispatch, threaded=True, request_handler=Quiet)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
