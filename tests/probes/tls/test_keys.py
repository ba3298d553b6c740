"""Against the published vectors of RFC 8448 (section 3)."""

from __future__ import annotations

import pytest

from auditor.probes.tls.keys import EXCHANGES, Traffic13, expand_label, new_share
from auditor.probes.tls.messages import Malformed

SERVER_HANDSHAKE = bytes.fromhex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38")


def test_key_and_iv_of_the_rfc():
    assert expand_label("sha256", SERVER_HANDSHAKE, "key", b"", 16).hex() == "3fce516009c21727d0f2e4e86ee403bc"
    assert expand_label("sha256", SERVER_HANDSHAKE, "iv", b"", 12).hex() == "5d313eb2671276ee13000b30"


@pytest.mark.parametrize("suite", [0x1301, 0x1302, 0x1303, 0x1304])
def test_what_is_sealed_opens(suite):
    here, there = Traffic13(suite, SERVER_HANDSHAKE), Traffic13(suite, SERVER_HANDSHAKE)
    for content in (b"one", b"two", bytes(1000) + b"x"):
        assert there.open(here.seal(22, content)[5:]) == (22, content)


@pytest.mark.parametrize("payload", [b"", bytes(16), bytes(40)])
def test_what_is_not_sealed_does_not_open(payload):
    with pytest.raises(Malformed, match="does not decrypt"):
        Traffic13(0x1301, SERVER_HANDSHAKE).open(payload)


@pytest.mark.parametrize("group", EXCHANGES)
def test_both_sides_agree(group):
    mine, theirs = new_share(group), new_share(group)
    assert mine.agree(theirs.public) == theirs.agree(mine.public)


@pytest.mark.parametrize("group", EXCHANGES)
def test_a_key_that_is_none(group):
    with pytest.raises(ValueError, match=r"."):
        new_share(group).agree(b"\x04" + bytes(7))
