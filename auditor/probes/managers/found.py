"""What readers of files hand on."""

from __future__ import annotations

from dataclasses import dataclass, field

from auditor.facts.secrets_manager import ManagerReference, NamedSecret, Naming, PlainFile, Reach, Scope
from auditor.probes.repository.names import is_secret_variable


@dataclass(slots=True)
class Found:
    """What was found in one file."""

    path: str
    frontend: bool = False
    references: list[ManagerReference] = field(default_factory=list)
    secrets: list[NamedSecret] = field(default_factory=list)
    plain_files: list[PlainFile] = field(default_factory=list)
    secret_files: list[tuple[int, str]] = field(default_factory=list)
    """Lines and names of files that hold one secret each."""

    def refer(
        self,
        manager: str,
        line: int,
        shown_by: str,
        *variables: str,
        scope: Scope = Scope.RUNTIME,
        reach: Reach = Reach.NAMED,
    ) -> None:
        """A reference to a manager."""
        names = tuple(dict.fromkeys(name for name in variables if name))
        self.references.append(ManagerReference(manager, self.path, line, shown_by, scope, reach, names))

    def name(self, variable: str, line: int, naming: Naming) -> None:
        """A variable, if its name is that of a secret."""
        if is_secret_variable(variable):
            self.secrets.append(NamedSecret(variable, self.path, line, naming, self.frontend))
