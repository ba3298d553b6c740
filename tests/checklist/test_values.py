"""Single values: what is taken, in which normal form, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.checklist import keys, values
from auditor.checklist.values import Wrong
from auditor.facts.policy import Endpoint, Rate


@pytest.mark.parametrize(
    ("given_", "normal"),
    [
        ("https://app.example.com", "https://app.example.com"),
        ("https://app.example.com/", "https://app.example.com"),
        ("HTTPS://App.Example.COM:443/", "https://app.example.com"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://localhost:80", "http://localhost"),
        ("https://127.0.0.1:8443", "https://127.0.0.1:8443"),
        ("https://[::1]:8443", "https://[::1]:8443"),
        ("https://[0:0::1]", "https://[::1]"),
        ("https://my_api.internal.", "https://my_api.internal."),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_origins(given_, normal):
    assert values.origin(given_) == normal


@pytest.mark.parametrize(
    ("given_", "what"),
    [
        ("", "does not begin with http:// or https://"),
        ("app.example.com", "does not begin with http:// or https://"),
        ("//app.example.com", "does not begin with http:// or https://"),
        ("https:app.example.com", "does not begin with http:// or https://"),
        ("ftp://app.example.com", "does not begin with http:// or https://"),
        ("*", "does not begin with http:// or https://"),
        ("https://", "has a host or port that cannot be"),
        ("https:///path", "has a host or port that cannot be"),
        ("https://.", "has a host or port that cannot be"),
        ("https://a..b", "has a host or port that cannot be"),
        ("https://-a.b", "has a host or port that cannot be"),
        ("https://*.example.com", "has a host or port that cannot be"),
        ("https://a,b", "has a host or port that cannot be"),
        ("https://a:", "has a host or port that cannot be"),
        ("https://a:0", "has a host or port that cannot be"),
        ("https://a:65536", "has a host or port that cannot be"),
        ("https://a:x", "has a host or port that cannot be"),
        ("https://a:-1", "has a host or port that cannot be"),
        ("https://a:1:2", "has a host or port that cannot be"),
        ("https://[::1]x", "has a host or port that cannot be"),
        ("https://[::1", "is not a URL"),
        ("https://a/v1", "holds more than scheme, host and port"),
        ("https://a//", "holds more than scheme, host and port"),
        ("https://a?x", "holds more than scheme, host and port"),
        ("https://a/?", "holds more than scheme, host and port"),
        ("https://a#", "holds more than scheme, host and port"),
        ("https://user@a", "holds a user or a password"),
        ("https://bücher.example", "has a host with letters outside ASCII"),
        ("https://a b", "holds white space, a backslash or a control character"),
        ("https://a\n", "holds white space, a backslash or a control character"),
        (" https://a", "holds white space, a backslash or a control character"),
        ("https://a\\@b", "holds white space, a backslash or a control character"),
        ("https://a\x00", "holds white space, a backslash or a control character"),
    ],
)
def test_what_is_no_origin(given_, what):
    with pytest.raises(Wrong) as caught:
        values.origin(given_)
    assert caught.value.what == what
    assert caught.value.remedy


def test_origins_of_apps_have_schemes_of_their_own():
    assert values.any_origin("capacitor://localhost") == "capacitor://localhost"
    assert values.any_origin("https://a.b/") == "https://a.b"
    for wrong in ("*", "null", "file://", "localhost:80", "a://"):
        with pytest.raises(Wrong):
            values.any_origin(wrong)


def test_urls():
    assert values.url("https://a.example/prometheus/") == "https://a.example/prometheus"
    assert values.url("https://a.example/") == "https://a.example"
    assert values.url("http://User:p%40w@A.example:9090/x") == "http://User:p%40w@a.example:9090/x"
    for wrong in (
        "https://a/?q=1", "https://a/#x", "https://a/x?", "https://u:p@w@a", "https://u:1/2@a", "a/x", "file:///etc", "https://",
    ):  # fmt: skip
        with pytest.raises(Wrong):
            values.url(wrong)
    assert values.service_url("https://a/x/") == "https://a/x"
    with pytest.raises(Wrong, match="holds a user or a password"):
        values.service_url("https://u@a/x")


@pytest.mark.parametrize("path", ["", "health", "//evil.example", "/a b", "/a\\b", "/a#b", "https://a/health", "/a\n"])
def test_what_is_no_route(path):
    with pytest.raises(Wrong):
        values.route(path)


def test_routes():
    assert [values.route(path) for path in ("/", "/health", "/a?b=c")] == ["/", "/health", "/a?b=c"]


def test_names_and_addresses():
    assert values.host_name("API.example.com") == "api.example.com"
    assert [values.address(a) for a in ("127.0.0.1", "0::1")] == ["127.0.0.1", "::1"]
    for wrong in ("a:80", "https://a", "", "a/b", "*.a"):
        with pytest.raises(Wrong):
            values.host_name(wrong)
    for wrong in ("localhost", "", "127.0.0.1/8", "127.1", "127.0.0.01"):
        with pytest.raises(Wrong):
            values.address(wrong)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("24h", timedelta(hours=24)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(days=14)),
        ("999999w", timedelta(weeks=999999)),
    ],
)
def test_durations(text, length):
    assert values.duration(text) == length


@pytest.mark.parametrize(
    "text", ["", "7", "d", "0d", "000h", "-1d", "1.5h", "1 d", "1d ", "1D", "٣d", "9999999w", "1d2h"]
)
def test_what_is_no_duration(text):
    with pytest.raises(Wrong, match="is not a length of time"):
        values.duration(text)


@pytest.mark.parametrize(("text", "size"), [("1MB", 10**6), ("20GB", 2 * 10**10), ("3TB", 3 * 10**12)])
def test_sizes(text, size):
    assert values.size(text) == size


@pytest.mark.parametrize("text", ["", "7", "GB", "0GB", "-1GB", "1.5GB", "1 GB", "1GiB", "1gb", "٣GB", "9999999GB"])
def test_what_is_no_size(text):
    with pytest.raises(Wrong, match="is not a size"):
        values.size(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("commit", "commit"),
        ("2026-11-24T18:00:00Z", datetime(2026, 11, 24, 18, tzinfo=UTC)),
        ("2026-11-24 19:30+01:30", datetime(2026, 11, 24, 18, tzinfo=UTC)),
    ],
)
def test_times_of_a_release(text, moment):
    assert values.release_time(text) == moment


@pytest.mark.parametrize("text", ["", "now", "Commit", "2026-11-24", "2026-11-24T18:00:00", "2026-13-01T00:00Z", "1"])
def test_what_is_no_time_of_a_release(text):
    with pytest.raises(Wrong, match=r"is not a time|is a time without its zone"):
        values.release_time(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("s3://acme-backups", ("acme-backups", "")),
        ("s3://acme-backups/", ("acme-backups", "")),
        ("s3://acme.backups/app/prod é/", ("acme.backups", "app/prod é/")),
    ],
)
def test_buckets(text, parts):
    assert values.bucket_url(text) == parts


@pytest.mark.parametrize(
    "text", ["", "acme", "s3:/acme", "https://s3.example.com/acme", "s3://", "s3:///x", "s3://-x/a"]
)
def test_what_is_no_bucket(text):
    with pytest.raises(Wrong, match="is not the URL of a bucket"):
        values.bucket_url(text)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("100/minute", Rate(100, 60.0)),
        ("5/second", Rate(5, 1.0)),
        ("5/s", Rate(5, 1.0)),
        ("10/30s", Rate(10, 30.0)),
        ("1/hour", Rate(1, 3600.0)),
        ("2/day", Rate(2, 86400.0)),
        ("10/5minutes", Rate(10, 300.0)),
        ("10/15m", Rate(10, 900.0)),
    ],
)
def test_rates(text, rate):
    assert values.rate(text) == rate


@pytest.mark.parametrize(
    "text", ["", "100", "100/", "/minute", "0/minute", "1/0s", "1/000m", "a/s", "1/week", "1/ss", "1 / s"]
)
def test_what_is_no_rate(text):
    with pytest.raises(Wrong, match="is not a rate"):
        values.rate(text)


def test_endpoints():
    assert values.endpoint("GET /api/me") == Endpoint("GET", "/api/me")
    assert values.endpoint("post  /x?y=1") == Endpoint("POST", "/x?y=1")
    for wrong in ("", "GET", "/api", "GET api", "GTE /a", "GET /a b", "GET https://a/"):
        with pytest.raises(Wrong):
            values.endpoint(wrong)


def test_paths():
    assert [values.file_path(p) for p in (".", "/a", "é b/*.dump")] == [".", "/a", "é b/*.dump"]
    for wrong in ("", " ", "~/x", "a\nb", "a\0b", "s3://bucket/x"):
        with pytest.raises(Wrong):
            values.file_path(wrong)


HEX = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
BASE64 = "LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564="


@pytest.mark.parametrize(
    "text",
    [
        HEX,
        HEX.upper(),
        ":".join(HEX[at : at + 2] for at in range(0, 64, 2)).upper(),
        BASE64,
        f"sha256/{BASE64}",
        f"sha256//{BASE64}",
        f"pin-sha256={BASE64}",
        f"SHA256:{HEX}",
        f"sha256/{HEX}",
    ],
)
def test_pins(text):
    assert values.pin(text) == HEX


@pytest.mark.parametrize(
    "text", ["", "sha256/", HEX[:-1], HEX + "0", BASE64[:-1], BASE64 + "=", f"sha1/{BASE64}", "g" * 64, f"md5/{HEX}"]
)
def test_what_is_no_pin(text):
    with pytest.raises(Wrong) as caught:
        values.pin(text)
    assert caught.value.what == "is not a SHA-256 pin"
    assert caught.value.remedy == "write sha256/ and 44 characters of base64, or 64 hexadecimal digits"


def test_names_in_other_systems():
    assert values.module_name("acme.checks") == "acme.checks"
    assert values.table_name("public.countries") == "public.countries"
    assert values.project_ref("abcdefghijklmnop") == "abcdefghijklmnop"
    for read, wrong in (
        (values.module_name, "a-b"), (values.module_name, "a..b"), (values.module_name, ""),
        (values.table_name, "countries"), (values.table_name, ".x"), (values.table_name, "x."),
        (values.project_ref, "a/../b"), (values.project_ref, ""),
    ):  # fmt: skip
        with pytest.raises(Wrong):
            read(wrong)


ANON = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2ln"
SERVICE = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.c2ln"


def test_a_service_key_is_never_taken_for_the_key_that_is_sent():
    assert [keys.anon_key(key) for key in (ANON, "sb_publishable_x", "local")] == [ANON, "sb_publishable_x", "local"]
    for wrong in (SERVICE, "sb_secret_abc"):
        with pytest.raises(Wrong, match="is a service key, and the audit would send it"):
            keys.anon_key(wrong)


def test_the_public_key_is_never_taken_for_a_leak():
    assert [keys.service_key(key) for key in (SERVICE, "sb_secret_x")] == [SERVICE, "sb_secret_x"]
    for wrong in (ANON, "sb_publishable_x"):
        with pytest.raises(Wrong, match="is the public key"):
            keys.service_key(wrong)


@pytest.mark.parametrize("token", ["", "a b", "a\n", "é", "Bearer abc", "bearer\tabc", "a\r\nX: y"])
def test_what_is_no_token(token):
    with pytest.raises(Wrong):
        keys.token(token)


READERS = (
    values.text, values.level, values.surface, values.trust, values.origin, values.any_origin, values.url,
    values.service_url, values.route, values.host_name, values.address, values.file_path, values.module_name,
    values.table_name, values.project_ref, values.duration, values.size, values.rate, values.endpoint, values.pin,
    keys.token, keys.anon_key, keys.service_key,
)  # fmt: skip
texts = st.text(max_size=40) | st.text("htps:/.@[]%?#a1 \\\0\ud800٣", max_size=30).map("https://".__add__)


def wrong(read, text: str) -> Wrong | None:
    try:
        read(text)
    except Wrong as error:
        return error
    return None


@settings(deadline=None)
@given(st.sampled_from(READERS), texts)
def test_any_text_is_read_or_refused_without_being_repeated(read, text):
    error = wrong(read, text)
    assert error is None or len(text) < 6 or text not in error.what + error.remedy


@settings(deadline=None)
@given(st.sampled_from((values.origin, values.any_origin, values.url, values.service_url, values.host_name)), texts)
def test_what_was_read_is_read_again_as_it_is(read, text):
    try:
        normal = read(text)
    except Wrong:
        return
    assert read(normal) == normal
