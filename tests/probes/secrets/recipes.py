"""Makes tokens that look real from recipes, so that no file of the repository holds one.

``{36:w}`` is 36 characters of the class ``w``, ``{uuid}`` a UUID, ``{s}`` the name of a host, and ``{crc}`` the
checksum that GitHub and npm put behind what was made last.
"""

from __future__ import annotations

import random
import re
import string
import uuid
import zlib

CLASSES = {
    "w": string.ascii_letters + string.digits,
    "d": string.digits,
    "h": "0123456789abcdef",
    "H": "0123456789ABCDEF",
    "u": string.ascii_uppercase + string.digits,
    "l": string.ascii_lowercase + string.digits,
    "b": string.ascii_letters + string.digits + "_-",
    "B": string.ascii_letters + string.digits + "+/",
    "a": string.ascii_letters,
    "A": string.ascii_uppercase,
    "z": string.ascii_lowercase,
    "n": "123456789",
    "2": string.ascii_uppercase + "234567",
    "3": string.ascii_lowercase + "234567",
    "c": "".join(sorted(set(string.ascii_letters + string.digits) - set("0OIl"))),
    "k": "".join(sorted(set(string.ascii_uppercase + string.digits) - set("BIO1"))),
}
"""What one character of a class may be: ``c`` is base58, ``k`` bech32, ``2`` and ``3`` base32."""
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_PART = re.compile(r"\{(?:(\d+):(.)|(uuid)|(s)|(crc))\}")


def made(recipe: str, seed: object = 0) -> str:
    """The token of a recipe: another one for every seed, the same for the same."""
    dice = random.Random(f"{recipe} {seed}")
    last = ""

    def part(found: re.Match[str]) -> str:
        nonlocal last
        if found[5]:
            return checksum(last)
        if found[3]:
            return str(uuid.UUID(int=dice.getrandbits(128), version=4))
        size, class_ = (8, "z") if found[4] else (int(found[1]), found[2])
        last = _drawn(dice, size, CLASSES[class_])
        return last

    return _PART.sub(part, recipe)


def checksum(body: str) -> str:
    """CRC-32 in base 62, six digits: what GitHub's and npm's tokens end with."""
    left, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        left, digit = divmod(left, 62)
        digits = _BASE62[digit] + digits
    return digits


def _drawn(dice: random.Random, size: int, alphabet: str) -> str:
    """Characters by chance that stand on their own: a token that begins or ends with ``-`` is none that tests need."""
    while True:
        text = "".join(dice.choice(alphabet) for _ in range(size))
        if not size or (text[0] not in "-_+/" and text[-1] not in "-_+/"):
            return text
