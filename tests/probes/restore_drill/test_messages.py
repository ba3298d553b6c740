"""Whose fault a failed statement is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.restore_drill import Skipped, Trouble
from auditor.probes.restore_drill.messages import (
    Failure,
    archive_failures,
    plain_failures,
    sort_out,
    stop_if_broken,
    stop_if_lost,
)
from auditor.probes.restore_drill.outcomes import NotRestored, Undone
from auditor.probes.restore_drill.plain import named_failures
from tests.probes.restore_drill.fuzz import FUZZ

FULL = Undone("the disk is full")

SAID = """\
pg_restore: error: could not execute query: ERROR:  insert or update on table "users" violates foreign key "k"
DETAIL:  Key (tenant_id)=(2) is not present in table "tenants".
Command was: ALTER TABLE ONLY public.users
    ADD CONSTRAINT k FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);


pg_restore: error: COPY failed for table "users": ERROR:  invalid input syntax for type integer: "a secret"
CONTEXT:  COPY users, line 1, column id: "a secret"
pg_restore: error: could not execute query: ERROR:  role "audit_ro" does not exist
Command was: GRANT SELECT ON TABLE public.tenants TO audit_ro;


pg_restore: warning: errors ignored on restore: 3
"""


def test_of_pg_restore():
    assert list(archive_failures(SAID)) == [
        Failure("ALTER TABLE ONLY public.users", 'insert or update on table "users" violates foreign key "k"'),
        Failure("TABLE DATA users", "invalid input syntax for type integer: ..."),
        Failure("GRANT SELECT ON TABLE public.tenants", 'role "audit_ro" does not exist'),
    ]


def test_of_psql():
    said = 'psql:<stdin>:7: ERROR:  relation "public.x" does not exist\nLINE 1: secret\npsql:<stdin>:9: error: odd\n'
    assert list(plain_failures(said)) == [(7, 'relation "public.x" does not exist'), (9, "odd")]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('value "99999999999" is out of range for type integer', "value ..."),
        ('syntax error at or near "hush"', "syntax error at or near ..."),
        ('invalid input syntax for type uuid: "hush"', "invalid input syntax for type uuid: ..."),
        ("Key (a)=(hush) is twice", "Key (a)=(..."),
        ('relation "public.x" does not exist', 'relation "public.x" does not exist'),
        (
            'null value in column "a" violates not-null constraint',
            'null value in column "a" violates not-null constraint',
        ),
    ],
)
def test_values_of_rows_are_not_told(said, told):
    assert list(plain_failures(f"psql:<stdin>:7: ERROR:  {said}")) == [(7, told)]


def test_rows_that_became_statements_are_told_once():
    said = "".join(f"psql:<stdin>:{line}: ERROR:  syntax error\n" for line in (3, 6, 7, 8, 12))
    entries = [(4, "TABLE DATA public.users"), (10, "INDEX public.users_a")]
    assert list(named_failures(said, entries)) == [
        Failure("line 2", "syntax error"),
        Failure("TABLE DATA public.users", "syntax error"),
        Failure("INDEX public.users_a", "syntax error"),
    ]


NO_SUPERUSER = "the drill restores as no superuser: {}"
BY_HAND = "restore it by hand, where you trust the backup"


@pytest.mark.parametrize(
    ("entry", "message", "expected"),
    [
        ("CREATE TABLE public.a", 'relation "a" already exists', None),
        ("CREATE TABLE public.a", 'type "public.vector" does not exist', None),
        ("TABLE DATA public.a", 'duplicate key value violates unique constraint "a_pkey"', None),
        ("GRANT SELECT ON TABLE public.a", 'role "x" does not exist', Skipped("", "", expected=True)),
        ("ACL public.TABLE a", 'role "x" does not exist', Skipped("", "", expected=True)),
        ("EVENT TRIGGER watch", "permission denied to create event trigger", Skipped("", "", expected=True)),
        ("COMMENT EXTENSION x", "must be owner of extension x", Skipped("", "", expected=True)),
        ("CREATE FUNCTION public.f", "permission denied for language c", Skipped("", NO_SUPERUSER, BY_HAND)),
        ("line 7", "must be superuser to do it", Skipped("", NO_SUPERUSER, BY_HAND)),
        (
            "CREATE TABLE public.a",
            'collation "pg_catalog.und-x-icu" for encoding "UTF8" does not exist',
            Skipped("", "", "use a PostgreSQL with ICU and that locale"),
        ),
    ],
)
def test_blame(entry, message, expected):
    troubles, skipped = sort_out([Failure(entry, message)], lacking=False)
    if expected is None:
        assert (troubles, skipped) == ([Trouble(entry, message)], [])
    else:
        reason = expected.reason.format(message) or message
        assert (troubles, skipped) == ([], [Skipped(entry, reason, expected.remedy, expected.expected)])


def test_what_builds_on_something_that_was_left_out():
    failure = Failure("CREATE TABLE public.a", 'type "public.vector" does not exist')
    troubles, skipped = sort_out([failure], lacking=True)
    assert (troubles, [one.entry for one in skipped]) == ([], ["CREATE TABLE public.a"])


@pytest.mark.parametrize(
    ("message", "error", "reason"),
    [
        ("could not read from input file: end of file", NotRestored, "it is cut off"),
        ("unsupported version (1.16) in file header", Undone, "pg_restore cannot read its archive version 1.16"),
        ("did not find magic string in file header", None, ""),
        ("input file does not appear to be a valid archive", NotRestored, "pg_restore cannot read it"),
        ("could not decompress data: (null)", NotRestored, "pg_restore cannot read it"),
        ("this build does not support compression with Zstandard", Undone, "pg_restore cannot read it"),
    ],
)
def test_the_file_itself(message, error, reason):
    if error is None:
        stop_if_broken(message)
        return
    with pytest.raises(error, match=reason.replace(".", r"\.")):
        stop_if_broken(message)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("ERROR:  could not extend file: No space left on device", "the disk is full"),
        ("server closed the connection unexpectedly", "the scratch server went away during the restore"),
        ("FATAL:  the database system is in recovery mode", "the scratch server went away during the restore"),
        ("ERROR:  out of memory", "the machine of the drill has run out of memory"),
    ],
)
def test_the_drill_itself(said, reason):
    with pytest.raises(Undone, match=reason):
        stop_if_lost(said, database_full=FULL)


@given(st.text(max_size=400) | st.lists(st.sampled_from(SAID.splitlines())).map("\n".join))
@FUZZ
def test_anything_is_read(text):
    failures = [*archive_failures(text), *named_failures(text, [])]
    troubles, skipped = sort_out(failures, lacking=True)
    assert len(troubles) + len(skipped) == len(failures)
    assert "a secret" not in repr(failures)
