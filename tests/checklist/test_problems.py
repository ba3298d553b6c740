"""What is wrong is told at once, each with line, key, message and remedy."""

from __future__ import annotations

import json

import pytest

from auditor.checklist.load import environments, load
from auditor.checklist.model import Item, TlsSettings
from auditor.errors import Problem
from auditor.model import Level
from auditor.redact import Redactor
from tests.checklist.conftest import problems, told
from tests.checklist.samples import IDS, SURFACES


def test_no_checklist():
    assert problems(None) == (
        Problem(
            "no checklist.toml was found in this folder or above it",
            remedy="write one with `audit init`, or name one with --config",
        ),
    )


def test_an_unknown_environment(write):
    path = write('[env.prod]\n[env.staging]\n[env."pre prod"]\n')
    listed = 'environments: prod, staging, "pre prod"'
    assert told(path, "pord") == [(3, "env", 'there is no environment "pord"', f'did you mean "prod"? {listed}')]
    assert told(path, "zz\x1b") == [(3, "env", 'there is no environment "zz\\u001b"', listed)]
    assert told(path, "") == [(3, "env", 'there is no environment ""', listed)]
    assert environments(path) == ("prod", "staging", "pre prod")


def test_everything_wrong_is_told_at_once_in_the_order_of_the_file(write):
    path = write(
        """\
vesrion = 1
[env.prod]
absent = ["promethus", 3, "supabase"]
frontend = "app.example.com"
metrics = 5
databse = "x"
[env.prod.supabase]
project_ref = "a/b"
[env.prod.resolve]
"https://api" = "127.0.0.1"
"api.example.com" = "localhost"
[env.prod.network]
max_requests = 0
concurrency = 65
http_port = "80"
[env.prod.tls]
ca_file = "nope.pem"
trust = "costum"
[env.prod.backups]
dumps = "x"
pgbackrest_info = { comand = ["x"] }
command = []
[env.other]
api2 = 5
[env.other.tls]
trust = "both"
[policy.cors]
endpoints = ["GTE /x"]
[policy.corse]
[policy.backups]
retention = 7
[items.rsl]
level = "off"
[items.residency]
title = { de = "x" }
[items.rls]
level = "Mandatory"
[checks.RLS001]
levl = "off"
[[waivers]]
check = ""
subject = "x"
reason = "r"
expires = 2027-01-31T00:00:00
[[waivers]]
check = "a"
subject = "b"
reason = "c"
owner = "o"
expires = "2027-01-31"
[[plugins]]
module = "a-b"
path = "${X}"
""",
        head="version = 2\nextends = 'defualt'\n",
    )
    origin = 'write scheme and host, such as "https://app.example.com"'
    assert told(path) == [
        (1, "version", "2 is not a version that this release reads", "write version = 1, or update stack-audit"),
        (2, "extends", '"defualt" is not a checklist that is shipped', 'did you mean "default"?'),
        (3, "vesrion", 'the key "vesrion" is not known', 'did you mean "version"?'),
        (5, "env.prod.absent.0", '"promethus" is not a surface', 'did you mean "prometheus"?'),
        (
            5,
            "env.prod.absent.1",
            "this must be text in quotes, not a whole number",
            "Surfaces that the stack does not have, on purpose: their checks are not applicable",
        ),
        (6, "env.prod.frontend", '"app.example.com" does not begin with http:// or https://', origin),
        (7, "env.prod.metrics", "this must be text in quotes, not a whole number", "Path of the metrics on the API"),
        (8, "env.prod.databse", 'the key "databse" is not known', 'did you mean "database"?'),
        (
            10,
            "env.prod.supabase.project_ref",
            '"a/b" is not a project reference',
            "copy it from the project's settings: letters and digits only",
        ),
        (
            12,
            'env.prod.resolve."https://api"',
            '"https://api" is not a host name',
            'write the name alone, without scheme or port: "api.example.com"',
        ),
        (
            13,
            'env.prod.resolve."api.example.com"',
            '"localhost" is not an IP address',
            'write one such as "127.0.0.1" or "::1"',
        ),
        (15, "env.prod.network.max_requests", "0 is too small", "the least is 1"),
        (16, "env.prod.network.concurrency", "65 is too large", "the most is 64"),
        (
            17,
            "env.prod.network.http_port",
            "this must be a whole number, not text",
            "The port of plain HTTP beside each https origin; 0 when there is none",
        ),
        (19, "env.prod.tls.ca_file", "there is no such file", f"looked in {path.parent}"),
        (20, "env.prod.tls.trust", '"costum" is not a way to trust', 'did you mean "custom"?'),
        (
            22,
            "env.prod.backups.dumps",
            "this must be a list, not text",
            "Globs of dump files, and of folders that pg_dump has written",
        ),
        (
            23,
            "env.prod.backups.pgbackrest_info.command",
            'the key "command" is missing',
            "add it: The program and its arguments",
        ),
        (23, "env.prod.backups.pgbackrest_info.comand", 'the key "comand" is not known', 'did you mean "command"?'),
        (24, "env.prod.backups.command", "this is a second command", "keep this or pgbackrest_info.command"),
        (24, "env.prod.backups.command", "the value is empty", "fill the list, or leave the key out"),
        (26, "env.other.api2", 'the key "api2" is not known', 'did you mean "api"?'),
        (28, "env.other.tls.trust", 'trust = "both" needs ca_file', "add ca_file with the certificates to trust"),
        (
            30,
            "policy.cors.endpoints.0",
            '"GTE /x" does not begin with a method, such as "GET /api/me"',
            'did you mean "GET"?',
        ),
        (31, "policy.corse", 'the key "corse" is not known', 'did you mean "cors"?'),
        (
            33,
            "policy.backups.retention",
            "this must be text in quotes, not a whole number",
            "Backups must reach back this far",
        ),
        (34, "items.rsl", 'there is no item "rsl", and a new one needs a title', 'did you mean "rls"?'),
        (
            36,
            "items.residency",
            'the item "residency" is new and has no level',
            f"add it; or use one of: {', '.join(IDS)}",
        ),
        (37, "items.residency.title.de", 'the key "de" is not known', "known keys: en, fr"),
        (39, "items.rls.level", '"Mandatory" is not a level', 'did you mean "mandatory"?'),
        (40, "checks.RLS001.level", 'the key "level" is missing', "add it: Whether the check may stop a release"),
        (41, "checks.RLS001.levl", 'the key "levl" is not known', 'did you mean "level"?'),
        (42, "waivers.0.owner", 'the key "owner" is missing', "add it: Who answers for it"),
        (43, "waivers.0.check", '"" says nothing', "write some text"),
        (46, "waivers.0.expires", "the value must be a date without a time", "write the day alone: 2027-01-31"),
        (52, "waivers.1.expires", '"2027-01-31" must be a TOML date, not text', "write it without quotes: 2027-01-31"),
        (53, "plugins.0", "a plugin needs exactly one of module and path", "keep or add one"),
        (54, "plugins.0.module", '"a-b" is not the name of a Python module', 'write it as in an import: "acme_checks"'),
        (55, "plugins.0.path", "in plugins ${NAME} is not replaced", "write the path itself"),
    ]


def test_what_the_redactor_leaves_of_a_message(write):
    """Messages are printed through the redactor, which must find nothing in them."""
    path = write(
        """\
[env.prod.supabase]
access_token = 5
api_key = "x"
password = 5
[policy.cors]
secret = "${X}"
token = ""
[checks.password]
level = "of"
"""
    )
    text = "\n".join(map(str, problems(path)))
    assert Redactor().text(text) == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "version = 1\n",
            [
                (
                    None,
                    "items",
                    "the checklist has no items, so there is nothing to audit",
                    'write extends = "default" to inherit the shipped items',
                )
            ],
        ),
        (
            "extends = 'default'\n",
            [(None, "version", 'the key "version" is missing', "add it: Version of the format: 1")],
        ),
        (
            "version = true\nextends = 'default'\n",
            [(1, "version", "this must be a whole number, not true or false", "Version of the format: 1")],
        ),
        (
            "version = 1\n[items.rls]\nlevel = 'off'\n",
            [
                (
                    2,
                    "items.rls",
                    'the item "rls" is shipped, but nothing is inherited here',
                    'write extends = "default" to inherit the shipped items',
                )
            ],
        ),
        (
            "version = 1\n[items.mine]\nlevel = 'off'\n",
            [(2, "items.mine", 'the item "mine" is new and has no title', "add it")],
        ),
        (
            "version = 1\n[items.mine]\n",
            [(2, "items.mine", 'the item "mine" is new and has no title and no level', "add it")],
        ),
        (
            "version = 1\n[items.'My item']\ntitle='x'\nlevel = 'off'\n",
            [
                (
                    2,
                    'items."My item"',
                    'an item cannot be called "My item"',
                    "use small letters, digits and hyphens: data-residency",
                )
            ],
        ),
        (
            "version = 1\n[items.mine]\ntitle = { fr = 'x' }\nlevel = 'off'\n",
            [(3, "items.mine.title", "the title has no English form, to which reports fall back", "add en")],
        ),
        (
            "version = 1\nextends = 'default'\nitems = 5\n",
            [
                (
                    3,
                    "items",
                    "this must be a table, not a whole number",
                    "Items by id: levels of the inherited ones, and new ones",
                )
            ],
        ),
        (
            "version = 1\nextends = 'default'\nitems.rls = 'off'\n",
            [
                (
                    3,
                    "items.rls",
                    "this must be a table, not text",
                    "Items by id: levels of the inherited ones, and new ones",
                )
            ],
        ),
    ],
)
def test_what_is_inherited(write, text, found):
    path = write("[env.prod]\n", head=text)
    assert told(path) == found


def test_a_checklist_of_ones_own(write):
    path = write("version = 1\n[items.mine]\ntitle = 'Mine'\nlevel = 'mandatory'\n[env.prod]\n", head="")
    assert load(path, "prod", environ={}).items == (Item("mine", {"en": "Mine"}, Level.MANDATORY),)


@pytest.mark.parametrize(
    "text",
    [
        "env = 5",
        "env = []",
        "env.prod = 5",
        "[[env]]",
        "[[env.prod]]",
        "policy = []",
        "waivers = 5",
        "[waivers]",
        "plugins = [5]",
        "waivers = [[]]",
        "checks = 1.5",
        "env.prod.tls = 1",
        "env.prod.absent = 'api'",
        "env.prod.supabase = []",
    ],
)
def test_what_has_the_wrong_shape(write, text):
    found = told(write(text + "\n"))
    assert any(message.startswith("this must be ") for _, _, message, _ in found)
    assert all(line == 3 for line, *_ in found if line)


@pytest.mark.parametrize(
    ("surface", "setting"),
    [
        ("frontend", 'frontend = "https://a"'),
        ("api", 'api = "https://a"'),
        ("database", 'database = "host=a"'),
        ("database", 'auditor_database = "host=a"'),
        ("repository", 'repository = "."'),
        ("prometheus", 'prometheus = "https://a"'),
        ("alertmanager", 'alertmanager = "https://a"'),
        ("supabase", "supabase = {}"),
        ("backups", 'backups = { dumps = ["a"] }'),
        ("logs", 'logs = { application = ["a"] }'),
    ],
)
def test_a_surface_that_is_given_is_not_absent_whatever_is_declared(write, surface, setting):
    path = write(f'[env.prod]\nabsent = ["{surface}", "frontend"]\n{setting}\n')
    assert load(path, "prod", environ={}).environment.absent == {"frontend"} - {surface}


def test_every_absence_that_is_declared_alone_loads(write):
    surfaces = SURFACES.split(", ")
    path = write(f"[env.prod]\nabsent = {json.dumps(surfaces)}\n")
    assert load(path, "prod", environ={}).environment.absent == frozenset(surfaces)


def test_logs_without_a_source(write):
    assert told(write("[env.prod.logs]\n")) == [
        (3, "env.prod.logs", "this names no log", 'add application and database; without logs, absent = ["logs"]')
    ]


def test_backups_without_a_source(write):
    assert told(write("[env.prod.backups]\n")) == [
        (
            3,
            "env.prod.backups",
            "this names no source",
            'add dumps, pgbackrest_info or another; without backups, absent = ["backups"]',
        )
    ]


def test_a_date_that_comes_from_a_variable(write):
    path = write('[env.prod]\n[[waivers]]\ncheck = "A"\nsubject = "b"\nreason = "c"\nowner = "d"\nexpires = "${DAY}"\n')
    assert told(path, environ={"DAY": "2027-01-31"}) == [
        (
            9,
            "waivers.0.expires",
            "the value of ${DAY} must be a TOML date, not text",
            "write it without quotes: 2027-01-31",
        )
    ]


def test_a_path_that_waits_for_its_variable_is_not_looked_for(write):
    path = write('[env.prod.tls]\nca_file = "${CERTS}/root.pem"\n')
    assert [message for _, _, message, _ in told(path)] == ["the variable CERTS is not set"]
    assert [message for _, _, message, _ in told(path, environ={"CERTS": "/none"})] == ["there is no such file"]


def test_certificates_that_are_no_file(write, tmp_path):
    (tmp_path / "certs").mkdir()
    path = write('[env.prod.tls]\nca_file = "certs"\n')
    assert told(path) == [(4, "env.prod.tls.ca_file", "there is no such file", f"looked in {tmp_path}")]
    other = write('[env.prod]\n[env.other.tls]\nca_file = "of-another-machine.pem"\n')
    assert load(other, "prod", environ={}).environment.tls == TlsSettings()


def test_a_pin_is_told_by_its_place(write):
    path = write('[env.prod.tls]\npins = ["sha256/LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564=", "sha1/abc"]\n')
    remedy = "write sha256/ and 44 characters of base64, or 64 hexadecimal digits"
    assert told(path) == [(4, "env.prod.tls.pins.1", '"sha1/abc" is not a SHA-256 pin', remedy)]


def test_pins_are_kept_in_one_form(write):
    digest = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
    path = write(
        f'[env.prod.tls]\npins = ["sha256/LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564=", "{digest.upper()}"]\n'
    )
    assert load(path, "prod", environ={}).environment.tls == TlsSettings(pins=(digest, digest))


ANON = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2ln"
SERVICE = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.c2ln"


def test_keys_in_each_others_place(write):
    path = write('[env.prod.supabase]\nanon_key = "${ANON}"\nservice_key = "${SERVICE}"\n')
    assert load(path, "prod", environ={"ANON": ANON, "SERVICE": SERVICE}).environment.supabase
    assert told(path, environ={"ANON": SERVICE, "SERVICE": ANON}) == [
        (
            4,
            "env.prod.supabase.anon_key",
            "the value of ${ANON} is a service key, and the audit would send it",
            "give the anon (publishable) key here",
        ),
        (
            5,
            "env.prod.supabase.service_key",
            "the value of ${SERVICE} is the public key, which is no leak in a browser",
            "give the service_role (secret) key here",
        ),
    ]
