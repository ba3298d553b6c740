"""Connection strings: judged as libpq reads them, and their passwords found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from auditor.checklist.dsn import connection, connection_secrets
from auditor.checklist.values import Wrong

GOOD = [
    "postgres://app@db/app",
    "postgresql://app:pw%40rd@db:5432/app?sslmode=require",
    "postgresql://u:p%2Fw@[::1]:5432/x",
    "postgresql://u@h1:5432,h2:5433/x?target_session_attrs=any",
    "postgresql:///app?host=/var/run/postgresql",
    "postgresql://",
    "postgresql://%2Fvar%2Frun/app",
    "postgresql://u:p#w@db/app",
    "postgresql://u:p:w@db/app",
    "postgresql://db/app?application_name=a@b",
    "host=db dbname=app user=app password='it is \\' a'",
    "host = db  password = x\\ y",
    "host=db password=",
    "dbname=''",
    "host=db password=a'b",
]
BAD = [
    "",
    " ",
    "localhost",
    "postgres",
    "postgres:/db",
    "mysql://u:p@db/x",
    "jdbc:postgresql://db/x",
    "postgresql://u:p@w@db/x",
    "postgresql://u:p/w@db/x",
    "postgresql://u:12/3@db/x",
    "postgresql://u:p?w@db/x",
    "postgresql://u:p%w@db/x",
    "postgresql://u:p%00w@db/x",
    "postgresql://u:p w@db/x",
    "postgresql://u:caf%e9@db/x",
    "postgresql://db:port/x",
    "postgresql://db:0/x",
    "postgresql://db:70000/x",
    "postgresql://db/x?sslmode",
    "postgresql://db/x?=1",
    "host=db password=a b",
    "host=db password='a",
    "host",
    "=x",
    "host=db\0",
]


@pytest.mark.parametrize("text", GOOD)
def test_what_is_taken_can_be_read_by_libpq(text):
    assert connection(text) == text.replace("postgres://", "postgresql://")
    conninfo_to_dict(text)


@pytest.mark.parametrize("text", BAD)
def test_what_is_refused(text):
    with pytest.raises(Wrong) as caught:
        connection(text)
    assert caught.value.remedy


def test_drivers_of_sqlalchemy_are_left_out():
    assert connection("postgresql+asyncpg://u:p@db/x") == "postgresql://u:p@db/x"
    assert connection("postgres+psycopg2://u:p@db/x") == "postgresql://u:p@db/x"


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("postgresql://u:p%40w@db/x", ["p%40w", "p@w"]),
        ("postgresql://u:p#w@db/x", ["p#w"]),
        ("postgresql://u:a:b@db/x", ["a:b"]),
        ("postgresql://u:@db/x", []),
        ("postgresql://u@db/x?password=q%20w&sslmode=require", ["q%20w", "q w"]),
        ("postgresql://u:one@db/x?sslpassword=two", ["one", "two"]),
        ("host=db password='it is \\' a' sslpassword=b\\ c", ["it is \\' a", "it is ' a", "b\\ c", "b c"]),
        ("host=db PASSWORD=x", ["x"]),
        ("host=db user=x", []),
    ],
)
def test_passwords_are_found_raw_and_decoded(text, secrets):
    assert [secret.reveal() for secret in connection_secrets(text, "kind")] == secrets


@settings(deadline=None)
@given(st.text("ab:/@?#%=&[],. '\\5", max_size=25).map("postgresql://".__add__) | st.text("ab =\\' \n", max_size=25))
def test_libpq_reads_what_is_taken_and_the_password_is_the_same(text):
    try:
        taken = connection(text)
        found = {secret.reveal() for secret in connection_secrets(text, "kind")}
    except Wrong:
        return
    password, complaint = read_by_libpq(taken)
    assert not password or password in found
    # names of keywords are libpq's business, but what it repeats must not be a password
    assert not any(len(secret) > 1 and f'"{secret}' in complaint for secret in found)


def read_by_libpq(text: str) -> tuple[str, str]:
    """The password and no complaint, or no password and the complaint."""
    try:
        return str(conninfo_to_dict(text).get("password") or ""), ""
    except ProgrammingError as error:
        return "", str(error)
