from __future__ import annotations

from auditor.model import Outcome
from auditor.report import words
from auditor.report.model import CheckRow, FindingRow
from tests.report.sample import check, finding


def row(**evidence):
    return FindingRow.model_validate(finding("fail", "x", "is wrong", evidence=evidence))


def test_a_list_of_alike_mappings_is_a_table():
    rows = [{"version": "TLSv1", "offered": True}, {"version": "TLSv1.3", "offered": None}]
    assert words.tables(row(versions=rows, count=2)) == [
        [["version", "offered"], ["TLSv1", "yes"], ["TLSv1.3", "None"]]
    ]
    assert words.evidence_line(row(versions=rows, count=2), 80) == "count: 2"


def test_anything_else_is_not():
    values = ([], [{}], [{"a": 1}, {"b": 1}], [{"a": [1]}], [{"a": {}}], [1], {"a": 1}, "a", [{"a": 1}, 2])
    assert [words.tables(row(value=value)) for value in values] == [[]] * len(values)


def test_long_tables_end_with_a_number():
    [[head, *rows]] = words.tables(row(rows=[{"a": n, "b": 0} for n in range(40)]))
    assert (head, len(rows), rows[-1]) == (["a", "b"], 31, ["… and 10 more", ""])


def test_what_could_not_be_judged_for_one_reason_is_told_once():
    down = [finding("error", "https://a", "is down", remediation="start it")]
    other = [*down, finding("error", "https://b", "is down")]
    rows = [
        CheckRow.model_validate(check(id_, id_.lower(), "https", "error", findings))
        for id_, findings in (("HDR001", down), ("HDR002", other), ("HDR003", down))
    ]
    found = words.alike(rows, Outcome.ERROR)
    assert [[one.id for one in checks] for checks, _ in found] == [["HDR001", "HDR003"], ["HDR002"]]
    assert [len(findings) for _, findings in found] == [1, 2]


def test_failures_are_told_one_by_one():
    same = [finding("fail", "https://a", "is wrong")]
    rows = [CheckRow.model_validate(check(id_, id_.lower(), "https", "fail", same)) for id_ in ("HDR001", "HDR002")]
    assert [[one.id for one in checks] for checks, _ in words.alike(rows, Outcome.FAIL)] == [["HDR001"], ["HDR002"]]


def test_what_draws_something_is_shown_where_nothing_is_wrong_too():
    drawn, plain = [{"from_s": 0.0, "chart": "==x"}], [{"a": 1}]
    assert words.charts(row(burst=drawn, other=plain)) == [[["from_s", "chart"], ["0.0", "==x"]]]
