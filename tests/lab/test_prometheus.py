from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from .client import ask


def _target(stack):
    (target,) = ask(stack, "prometheus", "/api/v1/targets?state=active").json["data"]["activeTargets"]
    return target


def test_the_target_is_the_api_scraped_just_now(stack):
    target = _target(stack)
    age = datetime.now(UTC) - datetime.fromisoformat(target["lastScrape"][:19] + "+00:00")

    assert target["labels"] == {"instance": f"api.stack.test:{stack.https_port}", "job": "api"}
    assert target["scrapeUrl"] == f"{stack.api}/metrics"
    assert timedelta(0) < age < timedelta(seconds=30)


def test_it_is_up_in_hardened_and_down_in_insecure(hardened, insecure):
    assert (_target(hardened)["health"], _target(hardened)["lastError"]) == ("up", "")
    assert _target(insecure)["health"] == "down"
    assert "connection refused" in _target(insecure)["lastError"]


def test_alerts_are_defined_in_hardened_only(hardened, insecure):
    groups = ask(hardened, "prometheus", "/api/v1/rules").json["data"]["groups"]

    assert "InstanceDown" in [rule["name"] for rule in groups[0]["rules"]]
    assert ask(insecure, "prometheus", "/api/v1/rules").json["data"]["groups"] == []


@pytest.mark.parametrize(
    "name",
    ["alerts", "alertmanagers"] + [f"status/{what}" for what in ("buildinfo", "config", "flags", "runtimeinfo")],
)
def test_the_rest_of_the_api(stack, name):
    answer = ask(stack, "prometheus", f"/api/v1/{name}")

    assert answer.json["status"] == "success"
    assert "127.0.0.1:55440" not in answer.text


def test_other_paths(stack):
    assert ask(stack, "prometheus", "/-/healthy").text == "Prometheus Server is Healthy.\n"
    assert ask(stack, "prometheus", "/api/v1/..%2f..%2findex").status == 404
