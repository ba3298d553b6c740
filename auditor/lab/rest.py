"""A service in the shape of PostgREST: reads tables with real SQL, as the role of the JWT that it is given."""

from __future__ import annotations

import json
from typing import Any

import jwt
import psycopg
from psycopg import sql
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auditor.lab.settings import Settings

_NO_KEY = {
    "message": "No API key found in request",
    "hint": "No `apikey` request header or url param was found.",
}

_LARGEST_PAGE = 1000

_MISSING = (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName)


def create_app(settings: Settings) -> Starlette:
    """The application."""

    async def root(request: Request) -> Response:
        key = request.headers.get("apikey")
        if not key:
            return JSONResponse(_NO_KEY, status_code=401)
        try:
            _decode(key, settings)
        except jwt.InvalidTokenError as error:
            return _error(401, "PGRST301", str(error))
        return JSONResponse({"swagger": "2.0", "info": {"title": "standard public schema"}, "paths": {"/": {}}})

    async def read(request: Request) -> Response:
        key = request.headers.get("apikey") or request.query_params.get("apikey")
        if not key:
            return JSONResponse(_NO_KEY, status_code=401)
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        try:
            _decode(key, settings)
            claims = _decode(bearer if scheme.lower() == "bearer" else key, settings)
        except jwt.InvalidTokenError as error:
            return _error(401, "PGRST301", str(error))
        return await _answer(request, claims, settings)

    return Starlette(
        routes=[Route("/rest/v1/", root, methods=["GET"]), Route("/rest/v1/{table}", read, methods=["GET"])]
    )


def _decode(token: str, settings: Settings) -> dict[str, Any]:
    return jwt.decode(token, settings.jwt_secret, algorithms=["HS256"], options={"verify_aud": False})


async def _answer(request: Request, claims: dict[str, Any], settings: Settings) -> Response:
    table, role = request.path_params["table"], claims.get("role", "anon")
    limit = request.query_params.get("limit", "")
    number = min(int(limit), _LARGEST_PAGE) if limit.isdecimal() and len(limit) < 10 else _LARGEST_PAGE
    try:
        body = await _select(table, request.query_params.get("select", "*"), number, role, claims, settings)
    except _MISSING:
        return _error(404, "PGRST205", f"Could not find the table 'public.{table}' in the schema cache")
    except psycopg.errors.InsufficientPrivilege as error:
        return _error(401 if role == "anon" else 403, "42501", _message(error))
    except psycopg.Error as error:
        return _error(400 if error.sqlstate else 503, error.sqlstate or "PGRST000", _message(error))
    return Response(body, media_type="application/json; charset=utf-8")


async def _select(table: str, columns: str, limit: int, role: str, claims: dict[str, Any], settings: Settings) -> str:
    query = sql.SQL("select coalesce(json_agg(t), '[]')::text from (select {} from public.{} limit {}) t").format(
        sql.SQL("*") if columns == "*" else sql.SQL(", ").join(map(sql.Identifier, columns.split(","))),
        sql.Identifier(table),
        sql.Literal(limit),
    )
    async with await psycopg.AsyncConnection.connect(settings.authenticator_dsn) as connection:
        await connection.set_read_only(True)
        await connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        await connection.execute("select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])
        row = await (await connection.execute(query)).fetchone()
        await connection.rollback()
    return str(row[0]) if row else "[]"


def _message(error: psycopg.Error) -> str:
    return error.diag.message_primary or "the database could not be reached"


def _error(status: int, code: str, message: str) -> Response:
    return JSONResponse({"code": code, "details": None, "hint": None, "message": message}, status_code=status)
