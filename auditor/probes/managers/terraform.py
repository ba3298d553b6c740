"""Terraform and OpenTofu: which secrets come from a manager, and which variables are handed on.

Read by the shapes that people write, and not evaluated: https://developer.hashicorp.com/terraform/language/syntax/configuration
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.facts.secrets_manager import Naming, Reach, Scope
from auditor.probes.managers.found import Found
from auditor.probes.managers.lines import lines_of
from auditor.probes.repository.names import is_secret_variable

_OF_MANAGERS = (
    ("AWS Secrets Manager", "aws_secretsmanager_"),
    ("AWS Parameter Store", "aws_ssm_parameter"),
    ("Google Secret Manager", "google_secret_manager_"),
    ("Azure Key Vault", "azurerm_key_vault_secret"),
    ("Vault", "vault_"),
    ("Doppler", "doppler_"),
    ("1Password", "onepassword_"),
    ("Infisical", "infisical_"),
    ("SOPS", "sops_"),
    ("Bitwarden Secrets Manager", "bitwarden_secret"),
    ("Kubernetes secrets", "kubernetes_secret"),
    ("GitHub Actions secrets", "github_actions_secret"),
    ("Vercel", "vercel_project_environment_variable"),
    ("Cloudflare secrets", "cloudflare_workers_secret"),
)
_BLOCK = re.compile(r'(?m)^[ \t]*(?:data|resource|ephemeral)[ \t]+"(\w{1,80})"[ \t]+"([\w-]{1,80})"')
_FROM = re.compile(
    r'\bname[ \t]*[=:][ \t]*"([A-Za-z_]\w{1,99})"[ \t]*,?\s{0,80}(valueFrom|value_from|value_source|secret_name)\b'
    r'[ \t]*[={:]?[ \t]*"?([^\n,}]{0,200})'
)
_SOURCES = {
    "valueFrom": "AWS Secrets Manager",
    "value_from": "Kubernetes secrets",
    "value_source": "Google Secret Manager",
    "secret_name": "Azure Container Apps secrets",
}
"""Who keeps what a container refers to so, when what follows does not say."""
_GIVEN = re.compile(r'(?m)^[ \t{]*"?([A-Za-z_]\w{1,99})"?[ \t]*[=:][ \t]*([^\n]{1,300})')
_VALUE = re.compile(r'\bname[ \t]*[=:][ \t]*"([A-Za-z_]\w{1,99})"[ \t]*,?\s{0,80}value[ \t]*[=:][ \t]*([^\n,}]{1,300})')
_ENTRY = re.compile(r"\b(?:data|ephemeral|module|local|var|random_password|each|[a-z]+_\w{1,80})[.\[]")
_COMMENT = re.compile(r"(?m)^[ \t]*(?:#|//)[^\n]*")
_KEY = re.compile(r'(?m)^[ \t]*key[ \t]*=[ \t]*"([A-Za-z_]\w{1,99})"')
_LONGEST = 4_000
"""Characters of a block that are read."""
_NEXT_BLOCK = re.compile(r"(?m)^}")


def of_terraform(found: Found, text: str, scope: Scope = Scope.RUNTIME) -> None:
    """A file of Terraform."""
    bare = _COMMENT.sub(lambda comment: " " * len(comment[0]), text)
    line = lines_of(bare)
    for block in _BLOCK.finditer(bare):
        if manager := _manager(block[1]):
            most = block.end() + _LONGEST
            end = _NEXT_BLOCK.search(bare, block.end(), most)
            keys = _KEY.findall(bare, block.end(), end.start() if end else most)
            names = [name.upper() for name in (block[2], *keys) if is_secret_variable(name)]
            reach = Reach.NAMED if names else Reach.PRESENT
            found.refer(manager, line(block.start()), f"{block[1]}.{block[2]}", *names, scope=scope, reach=reach)
    for start, name, value, source in _variables(bare):
        if manager := _manager(value) or source:
            found.refer(manager, line(start), f"a reference in {name}", name, scope=scope)
        elif _ENTRY.search(value) and scope is Scope.RUNTIME:
            found.name(name, line(start), Naming.PASSED)


def _variables(text: str) -> Iterator[tuple[int, str, str, str]]:
    """What containers and functions are given: where, the name, what it is given, and who keeps that."""
    for one in _FROM.finditer(text):
        yield one.start(), one[1], one[3], _SOURCES[one[2]]
    for one in _VALUE.finditer(text):
        yield one.start(), one[1], one[2], ""
    for one in _GIVEN.finditer(text):
        if one[1].isupper():  # variables of the environment; arguments of Terraform are in small letters
            yield one.start(), one[1], one[2], ""


def _manager(text: str) -> str:
    return next((manager for manager, start in _OF_MANAGERS if re.search(rf"(?<![A-Za-z0-9]){start}", text)), "")
