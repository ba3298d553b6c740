from __future__ import annotations

import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.probes.env_reads import env_reads

FUZZ = settings(deadline=None, max_examples=min(2000, int(os.environ.get("AUDIT_FUZZ", "300"))))


def names(text: str) -> list[str]:
    return [read.name for read in env_reads(text)]


@pytest.mark.parametrize(
    "text",
    [
        "process.env.NEXT_PUBLIC_X",
        "process.env['NEXT_PUBLIC_X']",
        'process.env["NEXT_PUBLIC_X"]!',
        "process.env[`NEXT_PUBLIC_X`]",
        "process?.env?.NEXT_PUBLIC_X",
        "process\n  .env\n  .NEXT_PUBLIC_X",
        "import.meta.env.NEXT_PUBLIC_X",
        "globalThis.process.env.NEXT_PUBLIC_X",
        "const { NEXT_PUBLIC_X } = process.env",
        "const { NEXT_PUBLIC_X: key = 'none' } = import.meta.env;",
        "const env = process.env; use(env.NEXT_PUBLIC_X)",
        "const env = process.env, x = env?.NEXT_PUBLIC_X",
        "import { NEXT_PUBLIC_X } from '$env/static/public';",
        "import { NEXT_PUBLIC_X as x } from 'astro:env/client';",
        "<p>It's {process.env.NEXT_PUBLIC_X}</p>",
        "fetch('https://example.com/' + process.env.NEXT_PUBLIC_X)",
        "glob('src/**/*.ts'); process.env.NEXT_PUBLIC_X",
    ],
)
def test_one_name(text):
    assert names(text) == ["NEXT_PUBLIC_X"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "process.env.NODE_ENV",
        "process.env.__NEXT_ROUTER",
        "process.env.NEXT_RUNTIME",
        "import.meta.env.MODE",
        "// process.env.NEXT_PUBLIC_X",
        "/* process.env.NEXT_PUBLIC_X */",
        "/*\n * process.env.NEXT_PUBLIC_X\n */",
        "myprocess.env.NEXT_PUBLIC_X",
        "process.environment.NEXT_PUBLIC_X",
        "process.env[NEXT_PUBLIC_X]",
        "const env = process.env.NODE_ENV; env.NEXT_PUBLIC_X",
    ],
)
def test_no_name(text):
    assert names(text) == []


def test_where_reads_stand():
    text = "a(process.env.NEXT_PUBLIC_X)"
    [read] = env_reads(text)
    assert text[read.start : read.end] == "process.env.NEXT_PUBLIC_X"


def test_any_name_counts():
    assert names("process.env.BILLING; process.env['CI_KEY']") == ["BILLING", "CI_KEY"]


@FUZZ
@given(st.text("env.process{}=[]\"'`/*X \n,:", max_size=80) | st.text())
def test_any_text(text):
    env_reads(text + "NEXT_PUBLIC_")


@pytest.mark.parametrize(
    "piece",
    ["{", "{a", "process.env.", "a = process.env;", "env", "/*", "//", "import {", "x=", "a,", "process . env [ '"],
)
def test_hostile_sources_take_no_longer(piece):
    started = time.process_time()
    env_reads("NEXT_PUBLIC_" + piece * (200_000 // len(piece)))
    assert time.process_time() - started < 30
