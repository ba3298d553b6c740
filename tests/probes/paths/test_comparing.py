from __future__ import annotations

import pytest

from auditor.probes.paths.comparing import alike
from auditor.probes.paths.seen import Seen


def seen(path: str, text: str, *, whole: bool = True, status: int = 200) -> Seen:
    return Seen(path, status, "", text.encode(), text, whole)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (seen("/a.sql", "x"), seen("/b.sql", "x"), True),
        (seen("/a.sql", "x"), seen("/b.sql", "y"), False),
        (seen("/a.sql", "x /a.sql 17"), seen("/b.sql", "x /b.sql 4"), True),
        (seen("/a.sql", "x a.sql"), seen("/b.sql", "x b.sql"), True),
        (seen("/p/a.sql", '{"p":"\\/p\\/a.sql"}'), seen("/p/b.sql", '{"p":"\\/p\\/b.sql"}'), True),
        (seen("/p/~a", "?next=%2Fp%2F~a"), seen("/p/~b", "?next=%2Fp%2F~b"), True),
        (seen("/abc&d", "abc&amp;d"), seen("/efg", "efg"), True),
        (seen("/a", "id 0123456789abcdef"), seen("/b", "id fedcba98"), True),
        # the page quotes one of the paths whatever it is asked for
        (seen("/a.sql", "about a.sql"), seen("/b.sql", "about a.sql"), True),
        (seen("/a.sql", "x" * 100, whole=False), seen("/b.sql", "x" * 200), True),
        (seen("/a.sql", "x" * 100, whole=False), seen("/b.sql", "y" * 200), False),
        (seen("/a.sql", "x", whole=False), seen("/b.sql", "x" * 200), False),
        (seen("/a.sql", "x"), seen("/b.sql", "x", status=206), False),
        (Seen("/a", 200, "", b"\0\1"), Seen("/b", 200, "", b"\0\1"), True),
        (Seen("/a", 200, "", b"\0\1"), Seen("/b", 200, "", b"\0\2"), False),
        (Seen("/a", 200, "", b"\0\1"), seen("/b", "x"), False),
    ],
)
def test_same_page(one, other, same):
    assert alike(one, other) is same
    assert alike(other, one) is same
