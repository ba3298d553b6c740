"""No service answers strangers without credentials."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.open_port_verdicts import port_verdicts
from auditor.facts.open_ports import Access, OpenPorts
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check(
    "EXP020", level=Level.MANDATORY, severity=Severity.CRITICAL, references=("CWE-306", "CWE-284", "ASVS-5.0-13.2.1")
)
def no_service_open(ports: OpenPorts) -> Iterator[Finding]:
    """No service on the stack's hosts answers without credentials: Redis, Docker, Ollama, Elasticsearch, Prometheus.

    ## Why it matters
    A Redis without a password or the API of Docker is the machine itself. Ollama lets everyone run models on your bill,
    Prometheus and the exporters tell everything about the stack. Scanners of the whole internet find each within hours.

    ## How to fix it
    Publish the port on the loopback interface or not at all (Docker opens published ports past ufw), and set a
    password:

        ports: ["127.0.0.1:6379:6379"]

    Then take the machine for read by others: rotate what the service held, and look for what was left there.
    """
    yield from port_verdicts(ports, Access.OPEN, "without credentials")
