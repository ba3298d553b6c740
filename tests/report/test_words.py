from __future__ import annotations

from auditor.report import words
from auditor.report.model import FindingRow
from tests.report.sample import finding


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
