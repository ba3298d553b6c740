from __future__ import annotations

from dataclasses import replace

from auditor.facts.tls import DatabaseTls, Session
from auditor.model import Confidence, failed, passed, unproven
from checks.database.tls_modern import tls_modern
from tests.checks.https.tls_servers import GCM12, GUIDELINE, server

NAME = "db.example.com:5432"


def judge(*servers, without=()):
    named = tuple(replace(one, name=NAME) for one in servers)
    return list(tls_modern(DatabaseTls(named, without), GUIDELINE))


def test_modern():
    """PostgreSQL's own default lets CBC in, too."""
    one = server({"TLSv1.2": (*GCM12, "TLS_RSA_WITH_AES_128_CBC_SHA")})
    assert judge(one) == [
        passed(
            NAME,
            "negotiates only TLSv1.2, with 3 suites, none of them broken",
            confidence=Confidence.PROVEN,
            versions=one.table(),
        )
    ]


def test_everything_that_is_wrong():
    one = server(
        {"TLSv1": ("TLS_RSA_WITH_RC4_128_SHA",), "TLSv1.2": GCM12},
        dh_bits=(("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", 1024),),
        session=Session(compression=True),
    )
    assert judge(one) == [
        failed(
            NAME,
            "negotiates TLSv1; accepts broken cipher suites (1 RC4); exchanges keys in a finite field of 1024 bits; "
            "compresses inside of TLS",
            confidence=Confidence.PROVEN,
            versions=one.table(),
        )
    ]


def test_none_at_all():
    assert judge(without=(NAME,)) == [failed(NAME, "offers no TLS at all", confidence=Confidence.PROVEN)]


def test_a_doubt():
    assert judge(server(unknown={"TLSv1": "silence"})) == [
        unproven(
            NAME,
            "what else it accepts in TLSv1 cannot be told: silence",
            "audit again, from where nothing limits the audit's connections",
        )
    ]


def test_what_was_not_seen():
    dhe = "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"
    [unmeasured] = judge(server({"TLSv1.2": (dhe,)}))
    [silent] = judge(server(session=Session()))
    assert (unmeasured.outcome, unmeasured.message) == ("error", "the size of its finite field cannot be told")
    assert (silent.outcome, silent.message) == ("error", "whether it compresses inside of TLS cannot be told")
