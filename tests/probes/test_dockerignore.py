from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.probes import dockerignore
from auditor.probes.dockerignore import Ignore, Unusable

# what the documentation of Docker and the behaviour of its matcher say, path by path
LEFT_OUT = [
    ("**", "file"), ("**/", "file"), ("**/**", "dir/file"), ("dir/**", "dir/dir2/file"), ("**/dir", "dir/file"),
    ("**/dir2/*", "dir/dir2/file"), ("**file", "dir/dir/file"), ("**file", "profile"), ("**/file*.txt*",
    "dir/dir/file.txt"),
    ("**/**/*.txt", "file.txt"), ("a**/*.txt", "a/dir/dir/file.txt"), ("a/*.txt**", "a/file.txt"), ("a[b-d]e", "ace"),
    ("a[^b-d]e", "aze"), (".*", ".foo"), ("abc?def", "abcZdef"), ("**/foo/bar", "dir/dir2/foo/bar"),
    ("abc/**", "abc/def/ghi"), ("**/.foo", ".foo"), ("a(b)c/def", "a(b)c/def"), ("a.|)$(}+{bc", "a.|)$(}+{bc"),
    ("a\\*b", "a*b"), ("*", "a/b/c"), ("a?b", "a☺b"), ("[\\]a]", "]"), ("[x\\-]", "-"), ("[a-ζ]*", "α"), ("***", "a/b"),
    ("/.env", ".env"), ("//.env", ".env"), ("./.env", ".env"), (".env/", ".env"), ("a/../.env", ".env"),
    ("  .env  ", ".env"), (".env*", ".env.local"), ("**/.env*", "apps/web/.env.production"), ("**.env", "prod.env"),
    (".git", ".git/config"), (".git/", ".git/objects/ab/cd"), ("\ufeff.env", ".env"), (".env\r", ".env"),
    (".e?v", ".env"), ("*/.env", "web/.env"), ("*/*/.env", "apps/web/.env"), ("apps", "apps/web/.env"),
]  # fmt: skip
LEFT_IN = [
    ("**/**/*.txt2", "dir/dir/file.txt"), ("a/*.txt", "a/dir/file.txt"), ("a[b-d]e", "aae"), (".*", "foo"),
    ("abc.def", "abcZdef"), ("abc?def", "abcdef"), ("abc/**", "abc"), ("**/.foo", "bar.foo"), ("a*b", "a/b"),
    ("a?b", "a/b"), ("a???b", "a☺b"), ("*[a-ζ]", "A"), ("**/x*y", "a/x/y"), ("**.env*", "prod.env.local"),
    (".env", "apps/web/.env"), ("/.env", "backend/.env"), (".env", ".env.local"), (".env.*", ".env"),
    ("# .env", ".env"),
    ("#.env", ".env"), ("!.env", ".env"), ("", ".env"), ("*.env", "a/.env"), ("../.env", ".env"), (".ENV", ".env"),
    ("/", ".env"), (".", ".env"), (".env # secrets", ".env"), ("*/.env", ".env"), (" # x", ".env"),
]  # fmt: skip
SEVERAL = [
    (".env*\n!.env.example", ".env", True),
    (".env*\n!.env.example", ".env.example", False),
    ("!.env\n.env", ".env", True),
    (".env\n!.env", ".env", False),
    (".env\n!.env*", ".env", False),
    ("*\n!src", "src/.env", False),
    ("*\n!src\n**/.env", "src/.env", True),
    ("*\n!src", ".env", True),
    ("docs\n!docs/README.md", "docs/README.md", False),
    ("**\n!util/web\nutil/web/foo", "util/web/foo", True),
    ("**\n!util/web", "util/web/.env", False),
    ("a\n!a/b\na*", "a/b/c", False),
]


@pytest.mark.parametrize(("pattern", "path"), LEFT_OUT)
def test_left_out(pattern, path):
    assert Ignore(pattern).excludes(path)


@pytest.mark.parametrize(("pattern", "path"), LEFT_IN)
def test_left_in(pattern, path):
    assert not Ignore(pattern).excludes(path)


@pytest.mark.parametrize(("text", "path", "expected"), SEVERAL)
def test_the_last_that_matches_decides(text, path, expected):
    assert Ignore(text).excludes(path) is expected


@pytest.mark.parametrize(
    "text",
    ["!", "! ", "[", "a[", "[^bc", "[]a]", "[-]", "[x-]", "[-x]", "[a-b-c]", "\\", "[z-a]", "x" * 501, "\n" * 2000],
)
def test_what_docker_refuses(text):
    with pytest.raises(Unusable):
        Ignore(text)


def test_who_decides():
    decides = Ignore("node_modules\n.env*\n").decides(".env.local")
    assert (decides.line, decides.text) == (2, ".env*")
    assert Ignore("").decides(".env") is None


@settings(deadline=None)
@given(st.text(alphabet="a*?[]^-!/\\.#\n ", max_size=60), st.text(alphabet="a./b", min_size=1, max_size=20))
def test_any_text(text, path):
    with suppress(Unusable):
        Ignore(text).excludes(path)


@settings(deadline=None)
@given(st.from_regex(r"[a-c.]{1,4}(?:/[a-c.]{1,4}){0,3}", fullmatch=True))
def test_a_name_covers_itself_and_what_is_below(path):
    if "/" not in path.strip(".") and set(path) <= {".", "/"}:
        return
    clean = dockerignore.posixpath.normpath(path)
    if clean.startswith("..") or clean == ".":
        return
    assert Ignore(path).excludes(clean)
    assert Ignore(path).excludes(f"{clean}/below")
    assert Ignore(f"**/{clean}").excludes(f"above/{clean}")


@pytest.mark.parametrize("pattern", ["*a" * 200 + "b", "**/a" * 100 + "/b", "a/" + "**/*/" * 60 + "x", "?*" * 200])
def test_no_pattern_is_slow(pattern):
    started = time.perf_counter()
    with suppress(Unusable):
        Ignore("\n".join([pattern] * 50)).excludes("a/" * 100 + "a" * 200)
    assert time.perf_counter() - started < 20
