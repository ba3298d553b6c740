from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes.vlq import MAX_MAPPINGS, Segment, segments
from tests.probes.maps import mappings, vlq

NUMBER = st.integers(0, 1 << 20)
PLACES = st.lists(st.tuples(st.integers(0, 30), NUMBER, st.integers(0, 3), NUMBER, NUMBER), max_size=30).map(sorted)


@given(PLACES)
def test_what_is_coded_is_read(places):
    found = segments(mappings(places), range(4))
    assert [(s.line, s.column, s.source, s.source_line, s.source_column) for s in found] == [tuple(p) for p in places]


@given(PLACES)
def test_only_the_sources_of_interest(places):
    found = segments(mappings(places), {2})
    assert [(s.line, s.column) for s in found] == [(p[0], p[1]) for p in places if p[2] == 2]


def test_where_segments_end():
    assert segments("AAAA,IACA,C,E;AACA", {0}) == [
        Segment(0, 0, 0, 0, 0, end=4),
        Segment(0, 4, 0, 1, 0, end=5),
        Segment(1, 0, 0, 2, 0, end=-1),
    ]


@pytest.mark.parametrize(
    "text", ["", ";;;", ",,,", "!", "AAAA,!!!!,é;", "g", "gggggggggggggggg", "AAAAAAAA", vlq(1, 2)]
)
def test_what_is_no_vlq_is_passed_over(text):
    assert [s.column for s in segments(text, {0}) if s.column] == []


@given(st.text() | st.text("AgD,;9/+z"))
def test_any_text(text):
    segments(text, {0, 1})


def test_a_long_map_is_cut():
    started = time.process_time()
    segments("AAAA;" * (MAX_MAPPINGS // 4), {1})
    assert time.process_time() - started < 60
