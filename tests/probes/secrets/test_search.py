"""What a search may cost: where it ends early that is told, and no decoy hides what is small."""

from __future__ import annotations

import base64
import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.sightings import Nature
from auditor.model import Gap
from auditor.probes.secrets import search as module
from auditor.probes.secrets.positions import lines_and_columns
from auditor.probes.secrets.scanner import _HINT, Scanner
from auditor.probes.secrets.search import DEEPEST, PIECE, Limits
from auditor.redact import Secret
from tests.probes.secrets import made
from tests.probes.secrets.test_contexts import CONTEXTS, RULES, SECRETS, in_base64

FUZZ = settings(deadline=None, max_examples=min(1000, int(os.environ.get("AUDIT_FUZZ", "100"))))
FEW = settings(deadline=None, max_examples=min(1000, int(os.environ.get("AUDIT_FUZZ", "150"))) // 5)
ENGINES = pytest.mark.parametrize("plain", [False, True])


def scanned(text: str | bytes, *, plain: bool = False, known=(), **limits):
    """The rules that found something, and the reasons of the gaps."""
    scanner = Scanner(known, RULES, plain=plain, limits=Limits(**limits))
    data = text.encode() if isinstance(text, str) else text
    found = scanner.scan(data, "a.js")
    assert all(gap == Gap("a.js", gap.reason, _HINT) for gap in scanner.gaps)
    return [one.rule for one in found], [gap.reason for gap in scanner.gaps]


def decoy(size: int) -> str:
    """A text that looks as if something were in it, and is decoded for nothing."""
    return 'atob("' + base64.b64encode(b'{"a":"' + os.urandom(size)).decode() + '");'


class TestTexts:
    """Texts inside the text."""

    @ENGINES
    def test_a_decoy_hides_no_small_one(self, plain: bool):
        text = decoy(6000) + f'x="{in_base64(made.SERVICE)}";'
        rules, reasons = scanned(text, plain=plain, inner_times=0, inner_bytes=5000)
        assert rules == ["jwt"]
        assert reasons == ["it holds more encoded text than is decoded: the rest of that was not searched"]

    @ENGINES
    def test_what_was_not_decoded_is_told(self, plain: bool):
        text = decoy(6000) + f'x="{in_base64(made.SERVICE)}";'
        rules, reasons = scanned(text, plain=plain, inner_times=0, inner_bytes=100)
        assert rules == []
        assert reasons == ["it holds more encoded text than is decoded: the rest of that was not searched"]

    @ENGINES
    def test_so_many_decoys_as_usual_cost_nothing(self, plain: bool):
        text = decoy(6000) * 10 + f'x="{in_base64(made.SERVICE)}";'
        assert scanned(text, plain=plain) == (["jwt"], [])

    @ENGINES
    @pytest.mark.parametrize("deep", range(DEEPEST + 2))
    def test_as_deep_as_it_goes(self, plain: bool, deep: int):
        text = made.SECRET_KEY
        for _ in range(deep):
            text = in_base64('{"key":"' + text + '"}')
        rules, reasons = scanned(f'atob("{text}")', plain=plain)
        assert rules == (["supabase-secret-key"] if deep <= DEEPEST else [])
        assert [reason.partition(",")[0] for reason in reasons] == (
            ["it holds texts in texts"] if deep > DEEPEST else []
        )

    @pytest.mark.parametrize(
        "text", ["%E2%80%93%E2%80%93%C3%A9" * 9, "a%41%42%43%44%45%46%E2%80%93%E2%80%93" * 9, "&#233;" * 20]
    )
    def test_what_cannot_be_undone_has_nothing_in_it(self, text: str):
        assert scanned(f'"{text}"') == ([], [])

    @pytest.mark.parametrize("distance", [0, 7_000, 23_900, 24_000, 25_900, 60_000, 300_000])
    def test_however_far_inside(self, distance: int):
        inner = base64.b64encode(b'{"a":"' + b"\xff" * distance + made.SERVICE.encode() + b'"}' + b"\xff" * 40_000)
        assert scanned(b'x="' + inner + b'"')[0] == ["jwt"]
        assert scanned(b"x='" + base64.b64encode(b"\xff" * (distance + 1) + made.PEM.encode()) + b"'")[0] == [
            "private-key"
        ]

    @pytest.mark.parametrize("distance", [0, 40_000, 59_000, 59_990, 60_001, 130_000])
    @pytest.mark.parametrize("form", ["\\x%02x", "\\u%04x", "%%%02x", "&#%d;"])
    def test_however_long_the_escapes(self, distance: int, form: str):
        text = "".join(form % byte for byte in b" " * distance + made.SECRET_KEY.encode() + b" " * 50)
        assert scanned(f'"{text}"')[0] == ["supabase-secret-key"]

    @pytest.mark.parametrize("parts", [2, 50])
    @pytest.mark.parametrize("before", [0, 5, 300])
    def test_however_many_parts(self, parts: int, before: int):
        token = made.jwt(made.supabase("service_role", x="y" * 3000))
        step = len(token) // parts + 1
        pieces = [token[at : at + step] for at in range(0, len(token), step)]
        assert scanned('f("abc"+"def");' * before + '"' + '"+"'.join(pieces) + '"')[0] == ["jwt"]


class TestPieces:
    """A long text is searched in parts: what lies across the ends of two is found, and once."""

    @ENGINES
    @pytest.mark.parametrize("name", SECRETS)
    def test_across_the_ends(self, plain: bool, name: str, monkeypatch):
        monkeypatch.setattr(module, "PIECE", 3_000)
        value = SECRETS[name]
        scanner = Scanner(rules=RULES, plain=plain)
        for cut in (0, 1, 5, len(value) // 2, len(value) - 1, len(value)):
            text = ";" * (3_000 - cut - 1) + f'"{value}"' + ";" * 6_000
            assert [one.rule for one in scanner.scan(text.encode(), "p")] == [name], cut
        assert scanner.gaps == []

    @pytest.mark.parametrize("cut", range(0, 40, 3))
    def test_names_and_edges(self, cut: int):
        text = " " * (PIECE - cut) + 'SECRET_KEY: str = "hT7pQ2wLx9Zr4KdM"' + " " * PIECE
        assert scanned(text)[0] == ["named-secret"]

    @ENGINES
    def test_very_values_longer_than_the_neighbourhood(self, plain: bool):
        value = made.text(5_000)
        text = ";" * (PIECE - 2_500) + value + ";" * PIECE
        assert scanned(text, plain=plain, known=[Secret(value, "key")])[0] == ["exact"]

    @given(st.lists(st.sampled_from(sorted(CONTEXTS)), min_size=1, max_size=4), st.integers(100, 2000), st.data())
    @FEW
    def test_small_pieces_find_what_one_finds(self, contexts, size, data):
        value = data.draw(st.sampled_from(sorted(SECRETS.values())))
        text = " ".join(CONTEXTS[name](value) for name in contexts).encode()
        whole = Scanner(rules=RULES).scan(text, "p")
        before, module.PIECE = module.PIECE, size
        try:
            for plain in (False, True):
                assert Scanner(rules=RULES, plain=plain).scan(text, "p") == whole
        finally:
            module.PIECE = before


class TestTime:
    @ENGINES
    def test_a_text_that_takes_too_long(self, plain: bool):
        text = made.SECRET_KEY + " eyJ" * 100
        rules, reasons = scanned(text, plain=plain, seconds=0.0)
        assert (rules, reasons) == (
            [],
            ["it takes longer than 0 s to search: what is in it was not searched to its end"],
        )

    def test_when_the_time_for_all_is_up(self):
        scanner = Scanner(rules=RULES, until=time.monotonic() - 1)
        assert scanner.scan(made.SECRET_KEY.encode(), "a") == []
        assert [gap.reason for gap in scanner.gaps] == [
            "the time for the search was up: what is in it was not searched to its end"
        ]

    def test_even_where_there_is_nothing_to_find(self):
        """Nobody looked: that nothing is there nobody can tell."""
        scanner = Scanner(rules=RULES, until=time.monotonic() - 1)
        assert (scanner.scan(b"x" * 10, "a"), len(scanner.gaps)) == ([], 1)


class TestMany:
    """Of values that look like secrets there may be millions."""

    def test_more_than_are_kept(self):
        text = "\n".join(f'"sk_{"live"}_{made.text(24)}"' for _ in range(30))
        rules, reasons = scanned(text, found=20)
        assert 15 <= len(rules) <= 21
        assert reasons == ["it holds more than 20 values that look like secrets: the rest is not told"]
        assert len(scanned(text, found_bytes=200)[1]) == 1

    def test_the_same_value_takes_no_more_room(self):
        assert scanned(f'"{made.SECRET_KEY}"\n' * 100, found_bytes=200) == (["supabase-secret-key"] * 100, [])

    def test_what_matters_most_is_told_first_when_there_is_little_room(self):
        scanner = Scanner(rules=RULES, limits=Limits(told=2))
        text = f'"{made.ANON}" "{made.jwt({"a": 1})}" "{made.SERVICE}"'.encode()
        assert [one.nature for one in scanner.scan(text, "a")] == [Nature.UNCLEAR, Nature.SECRET]
        assert scanner.scan(text, "b") == []
        reason = "more than 2 values that look like secrets: the rest is not told"
        assert scanner.gaps == [Gap(place, reason, _HINT) for place in "ab"]

    def test_tokens_that_there_is_no_time_to_try(self):
        tokens = [made.jwt({"n": n}, key="secret") for n in range(3)]
        scanner = Scanner(rules=RULES, limits=Limits(signatures=2))
        found = scanner.scan(" ".join([*tokens, tokens[0]]).encode(), "a")
        assert [one.rule for one in found] == ["jwt-forgeable", "jwt-forgeable", "jwt-untried", "jwt-forgeable"]
        [again] = scanner.scan(tokens[2].encode(), "b")
        assert again.rule == "jwt-forgeable"

    def test_asymmetric_tokens_need_no_trial(self):
        text = " ".join(made.jwt({"n": n}, algorithm="RS256") for n in range(5)) + " " + made.jwt({}, key="secret")
        assert scanned(text, signatures=1)[0] == ["jwt"] * 5 + ["jwt-forgeable"]

    def test_ten_thousand_texts_with_one_value(self):
        scanner = Scanner(rules=RULES)
        token = made.jwt(made.supabase("anon"), key="secret").encode()
        begun = time.process_time()
        found = [scanner.scan(token, f"{number}.js") for number in range(10_000)]
        assert {(len(one), one[0].rule, one[0].same) for one in found} == {(1, "jwt-forgeable", 1)}
        assert time.process_time() - begun < 30


@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode), st.integers(1, 7), st.data())
@FUZZ
def test_columns_do_not_depend_on_parts(data: bytes, part: int, drawn: st.DataObject):
    from auditor.probes.secrets import positions

    places = sorted(drawn.draw(st.lists(st.integers(0, len(data)), max_size=4)))
    whole = list(lines_and_columns(data, places))
    before, positions._PART = positions._PART, part
    try:
        assert list(lines_and_columns(data, places)) == whole
    finally:
        positions._PART = before
