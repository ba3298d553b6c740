"""What checks say of services at ports of the stack's hosts."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.open_ports import Access, AskedHost, From, OpenPort, OpenPorts
from auditor.model import Confidence, Finding, failed, not_applicable, passed, unproven

_INSIDE = "run the audit from outside, or set [policy.exposure] trust_private_peer where everyone gets there like this"


def port_verdicts(found: OpenPorts, access: Access, said: str) -> Iterator[Finding]:
    """A finding for each service with that access; for each host without one, what was seen of its ports.

    What answers at a private address may answer nobody else: nobody can tell from there.

    Args:
        found: what was looked at.
        access: which services the check is about.
        said: the end of the sentence about one, such as ``without credentials``.
    """
    services = [port for port in found.ports if port.access is access]
    yield from (_service(port, said) for port in services)
    told = {port.host for port in services}
    yield from (_mute(host) for host in found.hosts if host.mute)
    yield from (_host(host, found, said) for host in found.hosts if host.host not in told and not host.mute)
    for host, why in found.not_asked:
        yield not_applicable(f"its ports were not asked: {why}", host)
    if not found.hosts and not found.not_asked and not found.gaps:
        yield not_applicable("the checklist names no host")


def _service(port: OpenPort, said: str) -> Finding:
    subject = f"{port.host}:{port.port}"
    if port.seen_from is From.INSIDE:
        return unproven(
            subject,
            f"{port.service} answers {said} at the private address {port.address}: whether it does outside that "
            "network, nobody can tell from here",
            _INSIDE,
            saw=port.saw,
            service=port.service,
        )
    return failed(
        subject,
        f"{port.service} answers {said} ({port.saw})",
        # at a private address, only the checklist says that everyone gets there
        confidence=Confidence.PROVEN if port.seen_from is From.OUTSIDE else Confidence.INFERRED,
        service=port.service,
        saw=port.saw,
        address=port.address,
        seen_from=str(port.seen_from),
    )


def _mute(host: AskedHost) -> Finding:
    ports = ", ".join(map(str, host.mute))
    return unproven(
        host.host,
        f"something takes connections at {ports} and says nothing: what it is, nobody can tell",
        "close the port to strangers, or look at what listens there",
        aspect="mute",
        ports=list(host.mute),
    )


def _host(host: AskedHost, found: OpenPorts, said: str) -> Finding:
    other = sum(port.host == host.host for port in found.ports)
    where = ", seen from inside its network" if host.seen_from is From.INSIDE else ""
    return passed(
        host.host,
        f"no service answers {said} at {len(host.ports)} usual ports{where}",
        confidence=Confidence.PROVEN if host.seen_from is From.OUTSIDE else Confidence.OBSERVED,
        surfaces=list(host.surfaces),
        ports=list(host.ports),
        silent=len(host.silent),
        refused=len(host.refused),
        unrecognised=list(host.others),
        judged_by_other_checks=other,
    )
