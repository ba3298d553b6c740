"""How a server behaves around the key exchange: compression, renegotiation, downgrades."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from auditor.facts.tls import Offer, Session, Version
from auditor.probes.tls.ask import Reply
from auditor.probes.tls.elimination import Asker
from auditor.probes.tls.hello import Hello
from auditor.probes.tls.messages import ServerHello

_DEFLATE = 1
_INAPPROPRIATE_FALLBACK = 86
_EXTENDED_MASTER_SECRET = 23
_RENEGOTIATION_INFO = 0xFF01


async def session(asker: Asker, accepted: dict[Version, dict[int, Reply]]) -> Session:
    """What can be told without a key.

    Args:
        asker: asks the server.
        accepted: by version, the suites that it accepts, with its answers.
    """
    offered = [version for version in Version if accepted.get(version)]
    old: list[Version] = [version for version in offered if version is not Version.TLS1_3]
    hellos = [reply.hello for version in old for reply in accepted[version].values() if reply.hello]
    compression, fallback = await asyncio.gather(
        _compression(asker, old, accepted), _fallback(asker, offered, accepted)
    )
    return Session(
        compression=compression,
        secure_renegotiation=_all_have(hellos, _RENEGOTIATION_INFO),
        extended_master_secret=_all_have(
            [hello for hello in hellos if hello.version is not Version.SSL3], _EXTENDED_MASTER_SECRET
        ),
        fallback_refused=fallback,
    )


def _all_have(hellos: list[ServerHello], extension: int) -> bool | None:
    return all(extension in hello.extensions for hello in hellos) if hellos else None


async def _compression(asker: Asker, old: list[Version], accepted: dict[Version, dict[int, Reply]]) -> bool | None:
    """RFC 3749. TLS 1.3 has none."""
    if not old:
        return False
    newest = old[-1]
    offer = Hello(newest, tuple(accepted[newest]), (), asker.server.server_name, compression=True)
    reply = await asker.ask(offer)
    if reply.closed:  # because of the compression, or because it has had enough
        return False if (await asker.ask(replace(offer, compression=False))).hello else None
    # a server that refuses to talk to a client with compression does not compress
    return None if reply.offer is Offer.UNKNOWN else bool(reply.hello and reply.hello.compression == _DEFLATE)


async def _fallback(asker: Asker, offered: list[Version], accepted: dict[Version, dict[int, Reply]]) -> bool | None:
    """RFC 7507: a client that says it has fallen back, though the server could do better, is turned away."""
    if len(offered) < 2:
        return None
    lower = offered[-2]
    reply = await asker.ask(Hello(lower, tuple(accepted[lower]), (), asker.server.server_name, fallback=True))
    if reply.alert == _INAPPROPRIATE_FALLBACK:
        return True
    return False if reply.offer is Offer.YES else None
