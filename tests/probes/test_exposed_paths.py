"""Servers that hide what they hold, cut it, pack it or turn the audit away."""

from __future__ import annotations

import gzip
import zlib

import pytest

from auditor.model import Gap
from auditor.probes.exposed_paths import Prober, Sought, Verdict
from auditor.probes.paths import asking
from auditor.probes.paths.matching import holds, keys, start
from auditor.probes.paths.signatures import environment
from tests.probes.net.running import run
from tests.probes.stand import CLOSE, HANG, RESET, answer, page, routes, site, way

ENV = "A=1\nB=2\n"
HOME = page("<!doctype html><p>hello")
TABLE = (
    Sought("/.env", "env", environment),
    Sought("/.git/HEAD", "git", holds("a branch", r"\Aref: refs/")),
    Sought("/db.sqlite3", "db", start("SQLite", b"SQLite format 3\0")),
)
FILES = {"/": HOME, "/.env": answer(200, ENV)}


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch):
    monkeypatch.setattr(asking, "PAUSE", 0.0)


def look(respond, table=TABLE, controls=("/",), *, budget=2000, seconds=40.0, tls=None):
    async def main():
        async with site(respond, tls=tls) as server, way(budget=budget) as to:
            result = await Prober(to.http, server.origin(), controls, seconds=seconds).look(table)
            return result, server

    return run(main())


def told(respond, table=TABLE, **options) -> dict[str, str]:
    result, _ = look(respond, table, **options)
    assert result.gap is None
    return {one.sought.path: str(one.verdict) for one in result.looked}


def why(respond, **options) -> set[str]:
    result, _ = look(respond, **options)
    return {one.why for one in result.looked if one.verdict is Verdict.UNTOLD}


def gap(respond, **options) -> Gap:
    result, server = look(respond, **options)
    assert result.gap is not None
    shown = result.gap.reason.replace(server.origin(), "http://here")
    return Gap(result.gap.subject.replace(server.origin(), "http://here"), shown)


ONE = {"/.env": "found", "/.git/HEAD": "absent", "/db.sqlite3": "absent"}
NONE = dict.fromkeys(ONE, "absent")


class TestContent:
    def test_a_file(self):
        assert told(routes(FILES)) == ONE

    def test_what_was_seen(self):
        (env, *_), _ = look(routes(FILES))[0].looked, None
        assert (env.saw, env.seen.status, env.seen.size_bytes, env.seen.whole) == ("2 variables", 200, 8, True)
        assert ENV not in repr(env)

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 418, 451])
    def test_refused(self, status):
        assert told(routes({**FILES, "/.env": answer(status, ENV)})) == NONE

    def test_a_redirect_that_carries_the_file(self):
        assert told(routes({**FILES, "/.env": answer(302, ENV, Location="/login")})) == NONE

    @pytest.mark.parametrize("location", ["/.env/", "./.env/"])
    def test_the_slash_at_the_end_is_followed(self, location):
        respond = routes({"/": HOME, "/.env": answer(308, Location=location), "/.env/": answer(200, ENV)})
        assert told(respond) == ONE

    @pytest.mark.parametrize(
        "location", ["/login", "/x/.env", "https://other.test/.env", "//other.test", "http://[", ""]
    )
    def test_other_redirects_are_not(self, location):
        respond = routes({**FILES, "/.env": answer(302, Location=location)}, answer(404))
        result, server = look(respond)
        assert {one.verdict for one in result.looked} == {Verdict.ABSENT}
        assert server.paths.count("/.env") == 1

    def test_a_redirect_to_itself(self):
        assert told(lambda asked: HOME if asked.path == "/" else answer(301, Location=asked.path)) == NONE

    def test_a_redirect_there_and_back(self):
        def respond(asked):
            slash = asked.path[:-1] if asked.path.endswith("/") else asked.path + "/"
            return HOME if asked.path == "/" else answer(301, Location=slash)

        assert told(respond) == NONE

    def test_a_byte_order_mark(self):
        for text in (b"\xef\xbb\xbf" + ENV.encode(), ENV.encode("utf-16")):
            assert told(routes({**FILES, "/.env": answer(200, text)})) == ONE


class TestParts:
    def test_the_beginning_is_asked_for(self):
        _, server = look(routes(FILES))
        ranges = {asked.path: asked.headers.get("range") for asked in server.asked}
        assert (ranges["/.env"], ranges["/"]) == ("bytes=0-4095", None)
        assert {asked.headers["accept-encoding"] for asked in server.asked} == {"identity"}
        assert {asked.method for asked in server.asked} == {"GET"}

    def test_a_part(self):
        long = (ENV * 9000).encode()

        def respond(asked):
            if asked.path != "/.env":
                return routes(FILES)(asked)
            if "range" in asked.headers:
                return answer(206, long[:4096], Content_Range=f"bytes 0-4095/{len(long)}")
            return answer(200, long)

        result, _ = look(respond)
        seen = result.looked[0].seen
        assert (result.looked[0].verdict, len(seen.body), seen.size_bytes, seen.whole) == (
            "found",
            72_000,
            72_000,
            True,
        )

    @pytest.mark.parametrize(
        "odd",
        [
            answer(416, "", Content_Range="bytes */8"),
            answer(206, "B=2\n<p>", Content_Range="bytes 4-10/11"),
            answer(
                206, "--x\r\nContent-Range: bytes 0-3/8\r\n\r\nA=1\n", Content_Type="multipart/byteranges; boundary=x"
            ),
        ],
    )
    def test_odd_parts_are_asked_for_as_a_whole(self, odd):
        respond = lambda asked: odd if asked.path == "/.env" and "range" in asked.headers else routes(FILES)(asked)  # noqa: E731
        assert told(respond) == ONE

    @pytest.mark.parametrize("length", [None, "bytes", "bytes 0-7/x", "bytes 9999999999999999999-1/2", "items 0-7/8"])
    def test_nonsense_instead_of_a_range(self, length):
        headers = {"Content_Range": length} if length else {}
        assert told(routes({**FILES, "/.env": answer(206, ENV, **headers)})) == ONE

    def test_a_range_that_is_not_heard_costs_no_more_than_allowed(self):
        big = b"SQLite format 3\0" + bytes(5_000_000)
        result, _ = look(routes({**FILES, "/db.sqlite3": answer(200, big)}))
        seen = result.looked[2].seen
        assert (result.looked[2].verdict, len(seen.body), seen.size_bytes) == ("found", 65_536, len(big))

    def test_an_empty_file(self):
        assert told(routes({**FILES, "/.env": answer(416, "")})) == NONE


class TestPacked:
    @pytest.mark.parametrize(
        ("name", "pack"), [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress)]
    )
    def test_though_nobody_asked_for_it(self, name, pack):
        assert told(routes({**FILES, "/.env": answer(200, pack(ENV.encode()), Content_Encoding=name)})) == ONE

    def test_a_part_of_what_is_packed(self):
        packed = gzip.compress("\n".join(f"V{n}={n * 7919 % 10007}" for n in range(9000)).encode())

        def respond(asked):
            if asked.path != "/.env":
                return routes(FILES)(asked)
            part = packed[:4096] if "range" in asked.headers else packed
            return answer(206, part, Content_Encoding="gzip", Content_Range=f"bytes 0-{len(part) - 1}/{len(packed)}")

        assert told(respond) == ONE

    def test_in_a_way_that_cannot_be_read(self):
        odd = answer(200, b"\x0b\x03\x80", Content_Encoding="br")
        assert why(routes({**FILES, "/.env": odd})) == {"it is compressed with br, which the audit did not ask for"}

    def test_a_bomb(self):
        bomb = gzip.compress(bytes(50_000_000))
        assert told(routes({**FILES, "/db.sqlite3": answer(200, bomb, Content_Encoding="gzip")})) == ONE


class TestBeside:
    def test_a_trap_for_one_name_in_every_folder(self):
        respond = lambda asked: answer(200, ENV) if asked.path.endswith("/.env") else routes(FILES)(asked)  # noqa: E731
        (reason,) = why(respond)
        assert reason.endswith("/.env is answered with such a file too")

    def test_a_file_that_is_served_for_every_ending(self):
        respond = lambda asked: answer(200, ENV) if asked.path.startswith("/.env") else routes(FILES)(asked)  # noqa: E731
        assert told(respond) == ONE

    def test_something_new_each_time_that_looks_like_the_file(self):
        def respond(asked):
            return HOME if asked.path == "/" else answer(200, f"A{'abcdefghijklmnop'[asked.number % 16]}=x")

        (reason,) = why(respond)
        assert reason.endswith("is answered with such a file too")

    def test_a_file_among_others_that_look_like_it(self):
        other = answer(200, "X=1\nY=2\n")
        assert told(routes(FILES, other)) == ONE

    def test_the_same_with_its_path_and_the_time(self):
        def respond(asked):
            return (
                HOME if asked.path == "/" else answer(200, f"P={asked.path}\nT={asked.number}\nU=/a{asked.path[1:]}b\n")
            )

        assert told(respond) == {**NONE, "/.env": "alike"}

    def test_random_paths_that_are_turned_away(self):
        assert why(routes(FILES, answer(429))) == {
            "answered 429",
            "random paths beside it are not answered, to compare with",
        }


class TestTurnedAway:
    @pytest.mark.parametrize("status", [401, 403, 407, 429, 451, 500, 502, 503])
    def test_everywhere(self, status):
        assert gap(lambda _: answer(status)) == Gap(
            "http://here",
            f"answers {status}, whatever it is asked for, its start page too: what it hides from the audit, "
            "nobody can tell",
        )

    def test_everywhere_by_closing_the_connection(self):
        assert gap(lambda _: CLOSE).reason.startswith(
            "says nothing and closes the connection, whatever it is asked for"
        )

    def test_by_a_test_for_browsers(self):
        challenge = answer(403, "<!doctype html>Just a moment...", cf_mitigated="challenge")
        assert gap(lambda _: challenge).reason == (
            "a firewall puts a test for browsers in the way (cf-mitigated): nothing was seen"
        )
        assert why(routes({**FILES, "/.env": challenge})) == {
            "a firewall puts a test for browsers in the way (cf-mitigated)"
        }

    def test_to_another_host(self):
        respond = lambda asked: answer(301, Location=f"https://www.example.com{asked.path}")  # noqa: E731
        assert gap(respond).reason == (
            "redirects every path to https://www.example.com, which the audit does not follow: what is there was not "
            "looked at"
        )

    def test_an_api_whose_health_answers(self):
        respond = routes({"/health": answer(200, "{}")}, answer(401))
        assert told(respond, controls=("/", "/health")) == NONE

    def test_in_the_middle(self):
        def respond(asked):
            return routes(FILES)(asked) if asked.number < 4 else answer(403)

        result, _ = look(respond)
        assert result.gap.reason.startswith("answers 403 after ")
        assert result.gap.reason.endswith("requests: it has shut the audit out, and what it hides, nobody can tell")

    def test_in_the_middle_by_closing_connections(self):
        result, _ = look(lambda asked: routes(FILES)(asked) if asked.number < 4 else RESET)
        assert result.gap.reason.startswith("does not answer any more after ")

    def test_a_rule_that_closes_connections(self):
        assert told(lambda asked: CLOSE if "/." in asked.path else routes(FILES)(asked)) == NONE

    def test_a_connection_that_breaks_once(self):
        broken = iter([True, True, False])
        respond = lambda asked: CLOSE if asked.path == "/.env" and next(broken, False) else routes(FILES)(asked)  # noqa: E731
        assert told(respond) == ONE

    def test_busy_for_a_moment(self):
        respond = lambda asked: answer(429) if 2 < asked.number < 6 else routes(FILES)(asked)  # noqa: E731
        assert told(respond) == ONE

    def test_busy_for_long(self):
        respond = lambda asked: HOME if asked.path == "/" else answer(404) if asked.number < 4 else answer(503)  # noqa: E731
        assert "answered 503" in why(respond)

    def test_busy_until_the_end_spoils_only_what_it_hid(self):
        result, _ = look(lambda asked: routes(FILES)(asked) if asked.number < 4 else answer(429))
        assert result.gap is None
        assert {one.verdict for one in result.looked} == {Verdict.UNTOLD}

    def test_each_time_that_it_is_busy_the_audit_waits_longer(self, monkeypatch):
        slept = []

        async def sleep(seconds):
            slept.append(seconds)

        monkeypatch.setattr(asking, "PAUSE", 0.25)
        monkeypatch.setattr(asking.asyncio, "sleep", sleep)
        table = [Sought(f"/{n}.env", n, environment) for n in range(9)]
        look(lambda asked: HOME if asked.path == "/" or asked.path.startswith("/x") else answer(429), table)
        assert [seconds for seconds in slept if seconds] == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0]

    def test_busy_and_asking_to_wait_for_an_hour(self):
        respond = lambda asked: answer(429, Retry_After="3600") if asked.path == "/.env" else routes(FILES)(asked)  # noqa: E731
        result, server = look(respond)
        assert (result.looked[0].why, server.paths.count("/.env")) == ("answered 429", 1)

    def test_a_server_that_breaks_on_unknown_paths(self):
        assert told(routes({"/": HOME}, answer(500))) == NONE
        assert told(routes(FILES, answer(500))) == ONE

    def test_a_server_that_breaks_on_one_path(self):
        assert why(routes({**FILES, "/.env": answer(500)})) == {"answered 500"}

    def test_a_budget_that_is_used_up(self):
        result, server = look(routes({"/": HOME}), budget=4)
        assert [one.why for one in result.looked] == ["", "", "the audit's budget of 4 requests is used up"]
        assert (result.gap, len(server.asked)) == (None, 4)

    def test_nothing_listens(self):
        async def main():
            async with way() as to:
                return await Prober(to.http, "http://127.0.0.1:9").look(TABLE)

        result = run(main())
        assert result.gap.reason == "connection refused by 127.0.0.1:9"
        assert {one.verdict for one in result.looked} == {Verdict.UNTOLD}


class TestSilence:
    @pytest.fixture(autouse=True)
    def _short(self, monkeypatch):
        monkeypatch.setattr(asking, "_SECONDS", 0.2)

    def test_everywhere(self):
        result, server = look(lambda _: HANG)
        assert result.gap.reason.endswith("within 0.2 s")
        assert len(server.asked) == 2

    def test_on_one_path(self):
        (reason,) = why(lambda asked: HANG if asked.path == "/.env" else routes(FILES)(asked))
        assert reason.endswith("within 0.2 s")

    def test_on_many_paths_ends_it(self):
        table = [Sought(f"/{n}.env", n, environment) for n in range(100)]
        result, server = look(lambda asked: HOME if asked.path == "/" else HANG, table)
        assert len(server.asked) < 40
        assert result.gap is not None
        assert {one.verdict for one in result.looked} == {Verdict.UNTOLD}

    def test_a_server_that_drips(self, monkeypatch):
        monkeypatch.setattr(asking, "_SECONDS", 8.0)
        result, _ = look(lambda asked: HANG if asked.path == "/.env" else routes(FILES)(asked), seconds=0.3)
        assert result.looked[0].why == "not asked for within 0.3 s"


def test_keys_at_the_top_of_a_document():
    table = [Sought("/x.json", "json", keys("it", ("a", "b"), ("c",)))]
    for text, verdict in (
        ('{"a":1,"c":2}', "found"),
        ('\ufeff {"b":1,"c":2}', "found"),
        ('{"a":1}', "absent"),
        ('{"x":{"a":1,"c":2}}', "absent"),
        ('[{"a":1,"c":2}]', "absent"),
        ('{"a":1,"c":2', "absent"),
        ("[" * 5000, "absent"),
        ('{"a":' * 5000, "absent"),
    ):
        assert told(routes({"/": HOME, "/x.json": answer(200, text)}), table) == {"/x.json": verdict}, text[:40]


@pytest.mark.parametrize(
    ("answered", "hint"),
    [
        (answer(429), "raise the limit"),
        (answer(502), "run the audit while"),
        (answer(200, "x", Content_Encoding="br"), "look at it by hand"),
        (answer(403, "", cf_mitigated="challenge"), "let the audit's address"),
    ],
)
def test_what_would_settle_it(answered, hint):
    result, _ = look(routes({**FILES, "/.env": answered}))
    assert result.looked[0].hint.startswith(hint)
