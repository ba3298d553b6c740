"""The chapter's FastAPI application, in both profiles."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import jwt
import psycopg
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import JSONResponse, PlainTextResponse
from slowapi import Limiter, _rate_limit_exceeded_handler
from slowapi.errors import RateLimitExceeded
from slowapi.util import get_remote_address

from auditor.lab.settings import Settings

WORKSPACES = [{"name": "Public demo"}]
"""What everyone may see."""


def create_app(settings: Settings) -> FastAPI:
    """The application."""
    app = _hardened(settings) if settings.hardened else _insecure()
    app.state.settings = settings
    app.state.limiter = Limiter(
        key_func=get_remote_address, enabled=settings.hardened, headers_enabled=settings.hardened
    )
    app.add_exception_handler(RateLimitExceeded, _rate_limit_exceeded_handler)
    _add_metrics(app)
    _add_health(app)
    _add_accounts(app)
    # last, hence outermost: refusals carry CORS headers too
    _add_cors(app, settings)
    return app


def _hardened(settings: Settings) -> FastAPI:
    app = FastAPI(title="Lab API", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[f"api.{settings.domain}"])
    return app


def _insecure() -> FastAPI:
    return FastAPI(title="Lab API", debug=True)


def _add_cors(app: FastAPI, settings: Settings) -> None:
    if settings.hardened:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=[settings.frontend],
            allow_credentials=True,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
        )
    else:
        app.add_middleware(
            CORSMiddleware,
            allow_origin_regex=".*",
            allow_credentials=True,
            allow_methods=["*"],
            allow_headers=["*"],
        )


def _add_metrics(app: FastAPI) -> None:
    requests: Counter[tuple[str, int]] = Counter()

    @app.middleware("http")
    async def count(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        requests[request.method, response.status_code] += 1
        return response

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> PlainTextResponse:
        lines = ["# HELP http_requests_total Requests answered.", "# TYPE http_requests_total counter"]
        for (method, status), number in sorted(requests.items()):
            lines.append(f'http_requests_total{{method="{method}",status="{status}"}} {number}')
        return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


def _add_health(app: FastAPI) -> None:
    settings: Settings = app.state.settings

    @app.get("/health")
    async def health() -> JSONResponse:
        try:
            async with (
                asyncio.timeout(5),
                await psycopg.AsyncConnection.connect(settings.app_dsn) as connection,
            ):
                await connection.execute("SELECT 1")
        except (psycopg.Error, TimeoutError) as error:
            detail = {} if settings.hardened else {"error": str(error)}
            return JSONResponse({"status": "unhealthy", **detail}, status_code=503)
        now = datetime.now(UTC).isoformat()
        return JSONResponse({"status": "healthy", "database": "connected", "timestamp": now})


def _add_accounts(app: FastAPI) -> None:
    limit = app.state.limiter.limit
    claims_of = _claims if app.state.settings.hardened else _sloppy_claims

    @app.get("/api/workspaces")
    @limit("100/minute")
    async def list_workspaces(request: Request, response: Response) -> list[dict[str, str]]:  # noqa: ARG001 - slowapi wants them
        return WORKSPACES

    @app.get("/api/me")
    async def me(request: Request) -> dict[str, object]:
        claims = claims_of(request)
        return {"id": claims.get("sub"), "role": claims.get("role")}

    @app.post("/auth/login")
    @limit("5/minute")
    async def login(request: Request) -> JSONResponse:  # noqa: ARG001 - slowapi wants it
        return JSONResponse({"detail": "Invalid login credentials"}, status_code=401)


def _claims(request: Request) -> dict[str, object]:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    secret = request.app.state.settings.jwt_secret
    try:
        if scheme.lower() != "bearer":
            raise jwt.InvalidTokenError
        return jwt.decode(token, secret, algorithms=["HS256"], options={"verify_aud": False})
    except jwt.InvalidTokenError:
        raise HTTPException(401, "Not authenticated", {"WWW-Authenticate": "Bearer"}) from None


def _sloppy_claims(request: Request) -> dict[str, object]:
    """The planted defect: what is not a JWT becomes a traceback, and any signature will do."""
    header = request.headers.get("Authorization")
    if header is None:
        raise HTTPException(401, "Not authenticated")
    token = header.split(" ")[1]
    return jwt.decode(token, options={"verify_signature": False})
