"""Services for the stack alone are not on the internet."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.open_port_verdicts import port_verdicts
from auditor.facts.open_ports import Access, OpenPorts
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check("EXP021", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("CWE-284", "CWE-668", "ASVS-5.0-13.2.1"))
def no_service_reachable(ports: OpenPorts) -> Iterator[Finding]:
    """Databases, caches and consoles of the stack cannot be reached from outside, even where they want a password.

    ## Why it matters
    A password is then all that is between the data and everyone who tries: passwords leak, and servers have had holes
    that need none.

    ## How to fix it
    Let only the application's network reach the port: a firewall of the provider, a private network, or in compose no
    `ports:` at all. For a database of a vendor, restrict the addresses that may connect.
    """
    yield from port_verdicts(ports, Access.LOCKED, "from outside, and wants credentials")
