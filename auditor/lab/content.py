"""Fills the database: roles, the chapter's schema, two tenants, and the profile's rules."""

from __future__ import annotations

import psycopg
from psycopg import sql

from auditor.lab.blueprint import DATABASE, Blueprint
from auditor.lab.templates import read

_LOGINS = ("app", "auditor", "authenticator")

_UNLOGGED = "-c log_statement=none"
"""Or the server would log the passwords that it is given."""


def accepts_connections(blueprint: Blueprint) -> bool:
    """Whether the server is up."""
    try:
        _connect(blueprint, "postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def write(blueprint: Blueprint) -> None:
    """Writes everything into an empty cluster."""
    with _connect(blueprint, "postgres") as connection:
        connection.execute(read("sql/roles.sql").encode())
        for role in _LOGINS:
            password = getattr(blueprint.credentials, role)
            connection.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(password)))
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
    with _connect(blueprint, DATABASE) as connection:
        connection.execute(read("sql/schema.sql").encode())
        connection.execute(read(f"sql/{blueprint.profile}.sql").encode())
        connection.execute("analyze")


def reload(blueprint: Blueprint) -> None:
    """Makes the server read its configuration again."""
    with _connect(blueprint, DATABASE) as connection:
        connection.execute("select pg_reload_conf()")


def _connect(blueprint: Blueprint, database: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(blueprint.local_dsn("postgres", database), autocommit=True, options=_UNLOGGED)
