from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.cors_settings import CorsSetting
from auditor.probes.cors.settings import origins_of, read_settings
from tests.facts.headers.fuzz import FUZZ, spliced

APP, ADMIN = "https://app.example.com", "https://admin.example.com"


def read(name: str, text: str) -> list[tuple[int, str, tuple[str, ...]]]:
    return [(one.line, one.key, one.origins) for one in read_settings(name, text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (APP, (APP,)),
        (f"{APP}/", (APP,)),
        (f"{APP}:443, {ADMIN}", (APP, ADMIN)),
        (f"{APP} {ADMIN}", (APP, ADMIN)),
        (f'["{APP}", "{ADMIN}"]', (APP, ADMIN)),
        ("*", ("*",)),
        ("null,http://localhost:3000", ("null", "http://localhost:3000")),
        ("HTTPS://App.Example.com", (APP,)),
        ("https://….example.com", ()),
        (f"{APP}/path", ()),
        ("app.example.com", ()),
        ("", ()),
    ],
)
def test_origins(text, expected):
    assert origins_of(text) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (".env.production", f"ALLOWED_ORIGINS={APP},{ADMIN}\n", [(1, "ALLOWED_ORIGINS", (APP, ADMIN))]),
        (".env", f'BACKEND_CORS_ORIGINS=["{APP}"]\nCSRF_ORIGINS={ADMIN}\n', [(1, "BACKEND_CORS_ORIGINS", (APP,))]),
        (".env", "CORS_ALLOW_CREDENTIALS=true\nCORS_ALLOW_METHODS=*\nCORS_MAX_AGE=600\n", []),
        (
            "compose.yml",
            f"services:\n  api:\n    environment:\n      CORS_ORIGINS: {APP}\n",
            [(4, "CORS_ORIGINS", (APP,))],
        ),
        (
            "api/main.py",
            "from fastapi.middleware.cors import CORSMiddleware\n"
            f'app.add_middleware(CORSMiddleware, allow_origins=["{APP}",\n'
            '    "http://localhost:3000"], allow_methods=["*"])',
            [(2, "allow_origins", (APP, "http://localhost:3000"))],
        ),
        (
            "api/main.py",
            f'from starlette.middleware.cors import CORSMiddleware\norigins: list[str] = [\n    "{APP}",\n]\n',
            [(2, "origins", (APP,))],
        ),
        ("api/main.py", 'app.add_middleware(CORSMiddleware, allow_origins=["*"])', [(1, "allow_origins", ("*",))]),
        ("api/app.py", f'CORS(app, origins="{APP}")', [(1, "origins", (APP,))]),
        ("api/other.py", 'origins = ["https://app.example.com"]', []),
        (
            "server/index.js",
            f'const app = require("express")(), cors = require("cors");\napp.use(cors({{ origin: ["{APP}"] }}));',
            [(2, "origin", (APP,))],
        ),
        (
            "server/index.ts",
            'import express from "express";\nres.setHeader("Access-Control-Allow-Origin", "*");',
            [(2, "Access-Control-Allow-Origin", ("*",))],
        ),
        ("supabase/functions/_shared/cors.ts", "export const h = {'Access-Control-Allow-Origin': '*'}", []),
        ("next.config.js", f'{{ key: "Access-Control-Allow-Origin", value: "{APP}" }}', []),
        (
            "deploy/nginx.conf",
            f"server {{\n  add_header 'Access-Control-Allow-Origin' '{APP}' always;\n}}",
            [(2, "Access-Control-Allow-Origin", (APP,))],
        ),
        (
            "nginx.conf",
            "add_header Access-Control-Allow-Origin $http_origin;",
            [(1, "Access-Control-Allow-Origin", ("$http_origin",))],
        ),
        ("nginx.conf", "if ($http_origin ~ x) { add_header Access-Control-Allow-Origin $http_origin; }", []),
        ("nginx.conf", "# add_header Access-Control-Allow-Origin *;", []),
        ("tests/test_main.py", 'CORSMiddleware(allow_origins=["*"])', []),
    ],
)  # fmt: skip
def test_files(name, text, expected):
    assert read(name, text) == expected


@pytest.mark.parametrize(
    ("name", "production"), [(".env.production", True), (".env.example", False), (".env.development", False)]
)
def test_what_is_production(name, production):
    assert read_settings(name, f"CORS_ORIGINS={APP}") == (CorsSetting(name, 1, "CORS_ORIGINS", (APP,), production),)


PIECES = [
    "allow_origins", "=", "[", "]", '"', "'", APP, "*", ",", "\n", "cors", "express", '"express"', "origin", ":",
    "add_header ", "Access-Control-Allow-Origin", " ", "$http_origin", ";", "if (", "value", "#", "\\", "é", "{", "}",
]  # fmt: skip


@given(st.one_of(spliced(PIECES, 60), st.text(max_size=200)), st.sampled_from([".env", "a.py", "a.js", "nginx.conf"]))
@settings(parent=FUZZ, max_examples=FUZZ.max_examples // 10)
def test_any_text(text, name):
    for one in read_settings(name, text):
        assert one.origins
        assert 1 <= one.line <= text.count("\n") + 1


@pytest.mark.parametrize("name", [".env", "a.py", "a.js", "nginx.conf"])
@pytest.mark.parametrize(
    "text",
    ["a" * 200_000, "allow_origins=[" * 20_000, "cors origins:" * 20_000, "add_header " * 20_000, '"' * 200_000,
     "Access-Control-Allow-Origin" * 8_000, " " * 200_000, "allow_origins : " * 20_000, "CORS=" + "https://" * 30_000],
    ids=range(9),
)  # fmt: skip
def test_no_text_takes_long(name, text):
    started = time.process_time()
    read_settings(name, f"cors 'express' {text}")
    assert time.process_time() - started < 2
