"""Which content is passive is in the tests of the active one."""

from __future__ import annotations

from auditor.model import Confidence, failed, passed
from checks.https.no_passive_mixed_content import no_passive_mixed_content
from tests.checks.answers import APP, answers


def test_good():
    assert list(no_passive_mixed_content(answers(""))) == [
        passed(APP, "names no picture, sound or video in plain HTTP", confidence=Confidence.PROVEN)
    ]


def test_bad():
    assert list(no_passive_mixed_content(answers("<img src=http://a.test/x.png>"))) == [
        failed(
            "http://a.test/x.png",
            "is named by <img> in plain HTTP, on a page over https",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s {APP} | grep -o 'http://a.test/x.png'",
            aspect="img",
            tag="img",
            pages=[APP],
        )
    ]
