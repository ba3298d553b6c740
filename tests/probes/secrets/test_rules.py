"""The table of rules: every row says what it means, and means no other provider's tokens."""

import math
import os
import re
import time
from collections import Counter

import pytest

from auditor.facts.sightings import Nature
from auditor.model import Severity
from auditor.probes.secrets.rules import Rule, rules
from tests.probes.secrets.recipes import CLASSES, checksum, made

ROWS = rules()
HOSTILE = min(4000, int(os.environ.get("AUDIT_FUZZ", "2000"))) * 100
"""Bytes of what begins like a token and never ends: a megabyte in CI."""
each = pytest.mark.parametrize("rule", ROWS, ids=lambda rule: rule.id)


def entropy(value: str) -> float:
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())


def matched(rule: Rule, text: str) -> str | None:
    """What the row's shape makes of a whole text: the secret, or None."""
    found = re.compile(rule.shape.encode()).fullmatch(text.encode())
    return found and (found["value"] if "value" in found.re.groupindex else found[0]).decode()


def test_the_table_is_broad_and_in_order():
    assert len(ROWS) >= 300
    assert len({rule.provider for rule in ROWS}) >= 150
    assert len({rule.id for rule in ROWS}) == len(ROWS)
    providers = [rule.provider.casefold() for rule in ROWS]
    assert providers == sorted(providers)


def test_what_the_stack_uses_is_there():
    wanted = (
        "Supabase Vercel Netlify AWS Google Azure GitHub GitLab Bitbucket npm PyPI Stripe PayPal Twilio SendGrid "
        "OpenAI Anthropic Slack Discord Datadog Sentry PostHog Algolia Mapbox Cloudflare Neon Prisma Clerk"
    )
    assert set(wanted.split()) <= {rule.provider for rule in ROWS}


@each
def test_rows_are_whole(rule):
    assert rule.id == rule.id.lower()
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", rule.id)
    assert all(len(literal) >= 3 for literal in rule.literals)
    assert rule.rotate.startswith("https://") or rule.provider in ("PGP", "PuTTY")
    assert rule.counterexamples
    assert (rule.nature is Nature.PUBLIC) == (rule.severity is Severity.INFO)
    assert set(rule.like) <= {other.id for other in ROWS}
    assert re.compile(rule.shape.encode()).groupindex.keys() <= {"value"}
    assert all(word == word.lower() for word in rule.near)


@each
def test_examples_are_found(rule):
    for seed in range(20):
        text = made(rule.example, seed)
        value = matched(rule, text)
        assert value is not None, rule.example
        searched = text.lower() if rule.shape.startswith("(?i") else text
        assert any(literal in searched.encode() for literal in rule.literals)
        assert entropy(value) >= rule.entropy
        assert value.startswith(rule.prefix) or not rule.prefix


@each
def test_counterexamples_are_not(rule):
    for recipe in rule.counterexamples:
        text = made(recipe)
        if rule.check.endswith("-checksum") and len(text) == 40:
            assert made(recipe)[-6:] != checksum(text[4:34])  # only the checksum tells these apart
        else:
            assert matched(rule, text) is None


def test_no_row_means_the_tokens_of_another_provider():
    shapes = [(rule, re.compile(rule.shape.encode())) for rule in ROWS]
    same = {
        (rule.id, other.id)
        for rule in ROWS
        for token in [made(rule.example, seed).encode() for seed in range(3)]
        for other, shape in shapes
        if other.provider != rule.provider and shape.fullmatch(token)
    }
    by_id = {rule.id: rule for rule in ROWS}
    assert {pair for pair in same if pair[1] not in by_id[pair[0]].like and pair[0] not in by_id[pair[1]].like} == set()


@each
def test_shapes_take_time_in_proportion(rule):
    shape = re.compile(rule.shape.encode())
    example = made(rule.example).encode()
    halves = [example[:-4], example[: len(example) // 2], rule.literals[0] + b"a0", rule.literals[0]]
    began = time.process_time()
    for half in halves:
        sum(1 for _ in shape.finditer(half * (HOSTILE // len(half))))
    assert time.process_time() - began < 20


def test_recipes_use_known_classes_only():
    recipes = [recipe for rule in ROWS for recipe in (rule.example, *rule.counterexamples)]
    assert {class_ for recipe in recipes for class_ in re.findall(r"\{\d+:(.)\}", recipe)} <= set(CLASSES)


def test_checksums_are_those_of_github():
    assert checksum("") == "000000"
    assert checksum("a") == "4GEHKN"
