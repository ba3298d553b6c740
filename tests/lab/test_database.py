from __future__ import annotations

import os
import socket
import ssl
import struct
import subprocess
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from auditor.lab import postgres

from .processes import wait_until

SSL_REQUEST = struct.pack("!II", 8, 80877103)
GSSENC_REQUEST = struct.pack("!II", 8, 80877104)


def _startup(user="app", database="app"):
    body = struct.pack("!I", 196608) + f"user\0{user}\0database\0{database}\0\0".encode()
    return struct.pack("!I", len(body) + 4) + body


def _connected(stack):
    return socket.create_connection(("127.0.0.1", stack.database_port), 10)


def _ask(stack, *messages):
    with _connected(stack) as connection:
        for message in messages:
            connection.sendall(message)
        return connection.recv(4096)


def _until_end(connection):
    received = b""
    while part := connection.recv(4096):
        received += part
    return received


def test_hardened_refuses_plaintext_in_postgresqls_words(hardened):
    with _connected(hardened) as connection:
        connection.sendall(_startup("alice", "sales"))
        answer = _until_end(connection)
    fields = {field[:1]: field[1:] for field in answer[5:].decode().split("\0") if field}

    assert answer[:1] == b"E"
    assert struct.unpack("!I", answer[1:5])[0] == len(answer) - 1
    assert (fields["S"], fields["C"]) == ("FATAL", "28000")
    assert fields["M"] == ('no pg_hba.conf entry for host "127.0.0.1", user "alice", database "sales", no encryption')


def test_hardened_clients_see_the_refusal(hardened):
    dsn = hardened.app_dsn.partition("?")[0] + "?sslmode=disable"
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry .* no encryption"):
        psycopg.connect(dsn, hostaddr="127.0.0.1")


def test_insecure_asks_for_the_password_in_plaintext(insecure):
    assert _ask(insecure, _startup())[:9] == b"R" + struct.pack("!II", 23, 10)


def test_answers_to_encryption_requests(hardened, insecure):
    assert _ask(insecure, SSL_REQUEST) == b"N"
    assert _ask(hardened, SSL_REQUEST) == b"S"
    assert _ask(hardened, GSSENC_REQUEST) == b"N"


def test_bytes_sent_before_the_handshake_never_reach_the_server(hardened):
    with _connected(hardened) as connection:
        connection.sendall(SSL_REQUEST + _startup())
        assert connection.recv(1) == b"S"
        assert not _until_end(connection).startswith((b"R", b"E"))


def test_rubbish_ends_its_own_connection_only(stack):
    with _connected(stack) as connection:
        connection.sendall(struct.pack("!II", 2_000_000_000, 196608))
        assert _until_end(connection) == b""
    with psycopg.connect(stack.app_dsn, hostaddr="127.0.0.1") as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_a_query_can_be_cancelled(stack):
    with (
        ThreadPoolExecutor(1) as pool,
        psycopg.connect(stack.app_dsn, hostaddr="127.0.0.1", autocommit=True) as connection,
        psycopg.connect(stack.superuser_dsn, autocommit=True) as other,
    ):
        sleeping = pool.submit(connection.execute, "select pg_sleep(30)")
        query = "select 1 from pg_stat_activity where pid = %s and wait_event = 'PgSleep'"
        assert wait_until(lambda: other.execute(query, [connection.info.backend_pid]).fetchone())
        connection.cancel()  # in the clear, as clients before 17 do
        with pytest.raises(psycopg.errors.QueryCanceled):
            sleeping.result()


def test_tls_1_1_is_refused(hardened):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with _connected(hardened) as connection:
        connection.sendall(SSL_REQUEST)
        assert connection.recv(1) == b"S"
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(connection)


def test_large_results_come_through(stack):
    with psycopg.connect(stack.app_dsn, hostaddr="127.0.0.1") as connection:
        assert len(connection.execute("select repeat('x', 5000000)").fetchone()[0]) == 5_000_000


def test_the_server_listens_on_no_port(stack):
    with psycopg.connect(stack.superuser_dsn) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
        assert connection.execute("show fsync").fetchone() == ("on",)


def test_row_security(hardened, insecure):
    query = """select relname, relrowsecurity, relforcerowsecurity from pg_class
               where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1"""
    tables = {}
    for stack in (hardened, insecure):
        with psycopg.connect(stack.superuser_dsn) as connection:
            tables[stack.profile.value] = [name for name, *both in connection.execute(query) if all(both)]

    assert tables["hardened"] == ["custom_kpis", "user_roles", "workspace_datasets", "workspaces"]
    assert tables["insecure"] == ["workspaces"]


@pytest.mark.parametrize("table", ["workspaces", "workspace_datasets", "custom_kpis", "user_roles"])
def test_a_tenant_sees_own_rows_only(hardened, table):
    claims = '{"sub": "a0000000-0000-4000-8000-000000000001", "role": "authenticated"}'
    with psycopg.connect(hardened.superuser_dsn) as connection:
        connection.execute("set role authenticated")
        connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
        owners = connection.execute(f"select distinct owner_id::text from {table}").fetchall()

    assert owners == [("a0000000-0000-4000-8000-000000000001",)]


def test_roles(stack):
    query = """select rolname from pg_roles where rolname !~ '^pg_' and rolcanlogin = %s and not rolsuper order by 1"""
    with psycopg.connect(stack.superuser_dsn) as connection:
        logins = [name for (name,) in connection.execute(query, [True])]
        groups = [name for (name,) in connection.execute(query, [False])]
        bypassing = connection.execute("select rolname from pg_roles where rolbypassrls and not rolsuper").fetchall()
        exposed = connection.execute("select rolconfig from pg_roles where rolname = 'authenticator'").fetchone()

    assert logins == ["app", "auditor", "authenticator"]
    assert groups == ["anon", "authenticated", "owner_role", "service_role"]
    assert bypassing == [("service_role",)]
    logged = ["log_statement=all"] if stack.profile.value == "hardened" else []
    assert exposed == (["pgrst.db_schemas=public", *logged],)


def test_the_auditor_cannot_write_and_may_impersonate(stack):
    with psycopg.connect(stack.auditor_dsn, hostaddr="127.0.0.1") as connection:
        assert connection.execute("show transaction_read_only").fetchone() == ("on",)
        for role in ("anon", "authenticated"):
            connection.execute(f"set local role {role}")
        connection.execute("set local role none")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select * from auth.users")


def test_the_log_settings(hardened, insecure):
    names = ("log_connections", "log_disconnections", "log_statement", "log_line_prefix")
    shown = {}
    for stack in (hardened, insecure):
        with psycopg.connect(stack.superuser_dsn) as connection:
            shown[stack.profile.value] = [connection.execute(f"show {name}").fetchone()[0] for name in names]

    assert shown["hardened"] == ["on", "on", "mod", "%m [%p] user=%u,db=%d,app=%a,client=%h "]
    assert shown["insecure"] == ["off", "off", "none", ""]


def test_no_password_is_logged(stack):
    log = (stack.log_dir / "postgres.log").read_text()
    passwords = [dsn.split(":")[2].partition("@")[0] for dsn in (stack.app_dsn, stack.auditor_dsn)]

    assert "ready to accept connections" in log
    assert [password for password in passwords if password in log] == []


def test_backups(hardened, insecure):
    assert list((insecure.directory / "backups").iterdir()) == []
    (dump,) = (hardened.directory / "backups").glob("app-*.dump")
    program = postgres.binaries() / "pg_restore"
    if not os.access(program, os.X_OK):
        pytest.skip("this PostgreSQL comes without pg_restore")
    listed = subprocess.run([program, "--list", dump], capture_output=True, text=True, check=True).stdout

    assert "TABLE DATA public workspaces owner_role" in listed
    assert "POLICY public user_roles user_roles_select owner_role" in listed
