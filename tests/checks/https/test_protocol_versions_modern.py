from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.model import Confidence, failed, not_applicable, passed, unproven
from checks.https.protocol_versions_modern import protocol_versions_modern

from .tls_servers import GCM12, GCM13, GUIDELINE, NAME, judged, nothing_to_judge, server

OLD = ("TLS_RSA_WITH_AES_128_CBC_SHA",)
SILENT = "no answer to a TLS hello within 4 s"


def row(version, offered, suites):
    return {"version": version, "offered": offered, "suites": suites}


MODERN = [
    row("SSLv3", "no", "alert protocol_version"),
    row("TLSv1", "no", "alert protocol_version"),
    row("TLSv1.1", "no", "alert protocol_version"),
    row("TLSv1.2", "yes", ", ".join(GCM12)),
    row("TLSv1.3", "yes", ", ".join(GCM13)),
]


def test_modern():
    assert judged(protocol_versions_modern, server(connections=34), guideline=GUIDELINE) == [
        passed(
            NAME,
            "negotiates only TLSv1.2 and TLSv1.3",
            confidence=Confidence.PROVEN,
            versions=MODERN,
            connections=34,
        )
    ]


def test_old():
    old = server({"SSLv3": OLD, "TLSv1.1": OLD, "TLSv1.3": GCM13})
    [found] = judged(protocol_versions_modern, old, guideline=GUIDELINE)
    assert found == failed(
        NAME,
        "negotiates SSLv3, TLSv1.1, which Mozilla 6.0 intermediate leaves out",
        confidence=Confidence.PROVEN,
        reproduce="openssl s_client -connect api.example.com:443 -ssl3 -cipher 'ALL:@SECLEVEL=0' </dev/null",
        versions=old.table(),
    )


def test_a_stricter_profile():
    modern = replace(GUIDELINE, name="Mozilla 6.0 modern", versions=("TLSv1.3",))
    [found] = judged(protocol_versions_modern, server(), guideline=modern)
    assert (found.outcome, found.message) == ("fail", "negotiates TLSv1.2, which Mozilla 6.0 modern leaves out")


def test_unknown_is_no_pass():
    doubtful = server(unknown={"TLSv1": SILENT})
    assert judged(protocol_versions_modern, doubtful, guideline=GUIDELINE) == [
        unproven(
            NAME,
            f"whether it negotiates TLSv1 cannot be told: {SILENT}",
            "look for a firewall or rate limit between the audit and the server, or audit from inside of it",
            aspect="unknown",
            versions=doubtful.table(),
        )
    ]


def test_both_are_told():
    found = judged(protocol_versions_modern, server({"TLSv1.1": OLD}, unknown={"TLSv1": SILENT}), guideline=GUIDELINE)
    assert [finding.outcome for finding in found] == ["fail", "error"]


def test_a_doubt_about_a_version_that_is_allowed_is_none_here():
    [found] = judged(protocol_versions_modern, server({"TLSv1.3": GCM13}, {"TLSv1.2": SILENT}), guideline=GUIDELINE)
    assert (found.outcome, found.message) == ("pass", "negotiates none but TLSv1.2 and TLSv1.3")


@pytest.mark.parametrize("number", [9, 20])
def test_many_suites_are_counted_by_what_is_wrong_with_them(number):
    many = tuple(f"TLS_RSA_WITH_AES_128_CBC_SHA{n}" for n in range(number))
    table = server({"TLSv1.2": many}).table()
    assert table[3] == row("TLSv1.2", "yes", f"{number}: {number} without forward secrecy")


def test_nothing():
    assert nothing_to_judge(protocol_versions_modern, GUIDELINE) == (
        [not_applicable("the checklist names no https origin")],
        [],
    )
