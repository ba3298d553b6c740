from __future__ import annotations

import pytest

from auditor.facts.web import Hop, PlainAnswer, PlainHttp
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.https.http_redirects import http_redirects

HTTP, HTTPS = "http://api.example.com/", "https://api.example.com/"


def judge(*hops, refused=False):
    return list(http_redirects(PlainHttp((PlainAnswer(HTTP, refused, hops),))))


def good(message, *hops):
    return [
        passed(
            HTTP,
            message,
            confidence=Confidence.PROVEN,
            asked=[HTTP],
            statuses=[hop.status for hop in hops],
            urls=[hop.url for hop in hops],
        )
    ]


def bad(message, *hops):
    return [
        failed(
            HTTP,
            message,
            confidence=Confidence.PROVEN,
            reproduce=f"curl -sIL {HTTP}",
            asked=[HTTP],
            statuses=[hop.status for hop in hops],
            urls=[hop.url for hop in hops],
        )
    ]


def test_refused():
    assert judge(refused=True) == [
        passed(HTTP, "nothing answers in plain HTTP", confidence=Confidence.PROVEN, asked=[HTTP])
    ]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirected(status):
    hops = (Hop(HTTP, status, HTTPS), Hop(HTTPS, 200))
    assert judge(*hops) == good("redirects to https://api.example.com/", *hops)


def test_redirected_to_another_host():
    hop = Hop(HTTP, 301, "https://www.example.com/")
    assert judge(hop) == good("redirects to https://www.example.com/", hop)


@pytest.mark.parametrize("target", ["https://evil.example/", "https://example.com.evil.net/", "https://example.org/"])
def test_redirected_to_another_site(target):
    hop = Hop(HTTP, 301, target)
    assert judge(hop) == bad(f"the first redirect leads to another site, {target[8:-1]}", hop)


def test_redirected_to_nowhere():
    hop = Hop(HTTP, 301, "https:")
    assert judge(hop) == bad("the first redirect leads to https:, which is not an https address", hop)


def test_upgrade_required():
    assert judge(Hop(HTTP, 426)) == good("refuses plain HTTP", Hop(HTTP, 426))


@pytest.mark.parametrize("status", [200, 204, 300, 304, 305, 400, 401, 403, 404, 421, 500, 503])
def test_answered_in_the_clear(status):
    hop = Hop(HTTP, status)
    assert judge(hop) == bad(f"answers {status} in plain HTTP instead of redirecting to https", hop)


@pytest.mark.parametrize("status", [200, 304, 401])
def test_a_location_without_a_redirect_leads_nowhere(status):
    hop = Hop(HTTP, status, HTTPS)
    assert judge(hop) == bad(f"answers {status} in plain HTTP instead of redirecting to https", hop)


def test_a_redirect_without_a_location():
    assert judge(Hop(HTTP, 301)) == bad("answers 301 in plain HTTP instead of redirecting to https", Hop(HTTP, 301))


@pytest.mark.parametrize("target", ["http://api.example.com/home", "http://www.example.com/", "ftp://x/", "//x"])
def test_the_first_redirect_stays_in_the_clear(target):
    hops = (Hop(HTTP, 302, target), Hop(target, 301, HTTPS), Hop(HTTPS, 200))
    assert judge(*hops) == bad(f"the first redirect leads to {target}, which is not an https address", *hops)


def test_back_to_plain_http():
    back = "http://api.example.com/login"
    hops = (Hop(HTTP, 301, HTTPS), Hop(HTTPS, 302, back), Hop(back, 200))
    assert judge(*hops) == bad(f"the chain of redirects comes back to plain HTTP at {back}", *hops)


def test_back_to_plain_http_on_another_host():
    back = "http://other.example.com/"
    hops = (Hop(HTTP, 301, HTTPS), Hop(HTTPS, 302, back))
    assert judge(*hops) == bad(f"the chain of redirects comes back to plain HTTP at {back}", *hops)


def test_back_to_plain_http_and_to_https_again():
    back = "http://api.example.com/login"
    hops = (Hop(HTTP, 301, HTTPS), Hop(HTTPS, 302, back), Hop(back, 301, HTTPS), Hop(HTTPS, 200))
    assert judge(*hops) == bad(f"the chain of redirects comes back to plain HTTP at {back}", *hops)


def test_further_redirects_in_https():
    hops = (Hop(HTTP, 301, HTTPS), Hop(HTTPS, 302, HTTPS + "login"), Hop(HTTPS + "login", 200))
    assert judge(*hops) == good("redirects to https://api.example.com/", *hops)


def test_each_host_is_told():
    answers = (PlainAnswer(HTTP, hops=(Hop(HTTP, 200),)), PlainAnswer("http://app.example.com/", refused=True))
    assert [(f.subject, f.outcome) for f in http_redirects(PlainHttp(answers))] == [
        (HTTP, "fail"),
        ("http://app.example.com/", "pass"),
    ]


def test_nothing_was_asked():
    assert list(http_redirects(PlainHttp(()))) == [not_applicable("the checklist names no host with plain HTTP")]


def test_gaps_only():
    assert list(http_redirects(PlainHttp((), (Gap(HTTP, "no answer within 5 s"),)))) == []


@pytest.mark.parametrize(
    ("host", "target", "outcome"),
    [
        ("example.com", "www.example.com", "pass"),
        ("www.example.com", "example.com", "pass"),
        ("a.b.example.com", "c.example.com", "pass"),
        ("shop.example.co.uk", "www.example.co.uk", "pass"),
        ("shop.co.uk", "shop.co.uk", "pass"),
        ("example.co.uk", "evil.co.uk", "fail"),
        ("shop.example.co.uk", "shop.evil.co.uk", "fail"),
        ("example.com.au", "evil.com.au", "fail"),
        ("app.vv.io", "www.vv.io", "pass"),
        ("example.com", "example.net", "fail"),
        ("192.0.2.7", "192.0.2.7", "pass"),
        ("192.0.2.7", "198.51.2.7", "fail"),
        ("localhost", "localhost", "pass"),
        ("localhost", "other", "fail"),
    ],
)
def test_where_the_same_site_ends(host, target, outcome):
    hop = Hop(f"http://{host}/", 301, f"https://{target}/")
    [found] = http_redirects(PlainHttp((PlainAnswer(hop.url, hops=(hop,)),)))
    assert found.outcome == outcome


def test_a_chain_that_ends_in_the_clear():
    """The last hop names no further one: what counts is where it was asked."""
    hops = (Hop(HTTP, 301, HTTPS), Hop(HTTPS, 302, ""), Hop("http://api.example.com/end", 200))
    assert judge(*hops) == bad("the chain of redirects comes back to plain HTTP at http://api.example.com/end", *hops)


def test_a_loop():
    hops = (Hop(HTTP, 301, HTTPS), Hop(HTTPS, 301, HTTPS))
    [found] = http_redirects(PlainHttp((PlainAnswer(HTTP, hops=hops, loop=True),)))
    assert (found.outcome, found.message) == ("fail", f"redirects in a loop: {HTTP} → {HTTPS} → {HTTPS}")


def test_no_end():
    hops = (Hop(HTTP, 301, HTTPS), *(Hop(HTTPS + str(n), 302, HTTPS + str(n + 1)) for n in range(7)))
    [found] = http_redirects(PlainHttp((PlainAnswer(HTTP, hops=hops, endless=True),)))
    assert (found.outcome, found.message) == ("fail", "redirects 8 times and goes on")


@pytest.mark.parametrize("by", ["meta refresh", "script"])
def test_redirected_by_the_page(by):
    hop = Hop(HTTP, 200, by_page=by)
    message = f"answers 200 in plain HTTP and redirects by a {by} of the page only, which can be changed on the way"
    assert judge(hop) == bad(message, hop)


def test_what_is_the_same_on_several_paths_is_told_once():
    clear = [PlainAnswer(HTTP + path, hops=(Hop(HTTP + path, 200),)) for path in ("", "health")]
    good = PlainAnswer(HTTP + "deep", hops=(Hop(HTTP + "deep", 301, HTTPS + "deep"),), keeps=True)
    found = list(http_redirects(PlainHttp((*clear, good))))
    assert [(f.outcome, f.subject, f.evidence["asked"], f.evidence.get("keeps_path_and_query")) for f in found] == [
        ("fail", HTTP, [HTTP, HTTP + "health"], None),
        ("pass", HTTP + "deep", [HTTP + "deep"], True),
    ]


def test_each_address_counts():
    good = PlainAnswer(HTTP, hops=(Hop(HTTP, 301, HTTPS),), address="192.0.2.1")
    bad_ = PlainAnswer(HTTP, hops=(Hop(HTTP, 200),), address="2001:db8::1")
    found = list(http_redirects(PlainHttp((good, bad_))))
    assert [(f.outcome, f.subject, f.aspect, f.evidence["addresses"]) for f in found] == [
        ("pass", HTTP, "192.0.2.1", ["192.0.2.1"]),
        ("fail", HTTP, "2001:db8::1", ["2001:db8::1"]),
    ]
