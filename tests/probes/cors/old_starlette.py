"""What the CORS middleware of Starlette 0.38 answers, for ``allow_origins`` with and without ``*``.

Everyone is answered ``*``, and only who sends a cookie gets the origin back; later versions reflect it always where
credentials are allowed.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse


class OldCORSMiddleware:
    """Wraps an ASGI application."""

    def __init__(self, app, allow_origins=(), allow_credentials=False, allow_methods=("GET",)):
        self.app, self.origins, self.everyone = app, allow_origins, "*" in allow_origins
        self.credentials, self.methods = allow_credentials, allow_methods

    async def __call__(self, scope, receive, send):
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if scope["type"] != "http" or origin is None:
            await self.app(scope, receive, send)
        elif scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await self.preflight(headers)(scope, receive, send)
        else:
            await self.app(scope, receive, self.sending(send, origin, "cookie" in headers))

    def allowed(self, origin: str) -> bool:
        return self.everyone or origin in self.origins

    def preflight(self, headers: Headers) -> PlainTextResponse:
        answer = {"Access-Control-Allow-Methods": ", ".join(self.methods), "Access-Control-Max-Age": "600"}
        failures = []
        if self.everyone and not self.credentials:
            answer["Access-Control-Allow-Origin"] = "*"
        else:
            answer["Vary"] = "Origin"
        if self.credentials:
            answer["Access-Control-Allow-Credentials"] = "true"
        if not self.allowed(headers["origin"]):
            failures.append("origin")
        elif "Vary" in answer:
            answer["Access-Control-Allow-Origin"] = headers["origin"]
        if headers["access-control-request-method"] not in self.methods:
            failures.append("method")
        if failures:
            return PlainTextResponse(f"Disallowed CORS {', '.join(failures)}", 400, answer)
        return PlainTextResponse("OK", 200, answer)

    def sending(self, send, origin: str, cookie: bool):
        async def sent(message):
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                headers = MutableHeaders(scope=message)
                if self.everyone:
                    headers["Access-Control-Allow-Origin"] = "*"
                if self.credentials:
                    headers["Access-Control-Allow-Credentials"] = "true"
                if (self.everyone and cookie) or (not self.everyone and self.allowed(origin)):
                    headers["Access-Control-Allow-Origin"] = origin
                    headers.add_vary_header("Origin")
            await send(message)

        return sent
