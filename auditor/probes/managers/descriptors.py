"""Deploy descriptors: compose, Kubernetes, ECS, Render, workflows, systemd, and what encrypts their values."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from auditor.facts.secrets_manager import Naming, PlainFile, Reach, Scope
from auditor.probes.managers.commands import of_commands
from auditor.probes.managers.found import Found
from auditor.probes.managers.lines import lines_of
from auditor.probes.repository.judge import stands_for_nothing
from auditor.probes.repository.names import is_secret_variable
from auditor.probes.yaml_nodes import documents, entries, get, line, pairs, scalar, walk
from auditor.text import clip

_REFERENCE = re.compile(r"\$\{?(\w+)|\{\{|%\w+%")
_WRITTEN_PATH = re.compile(r"\.{0,2}(?:/[\w.@-]+)+/?")
_GITHUB_SECRET = re.compile(r"\$\{\{[^}]{0,200}?\bsecrets\.(\w+)[^}]{0,200}\}\}")
_DEPLOYS = re.compile(r"deploy|release|publish|\bprod(?:uction)?\b|\bcd\b|rollout|ship", re.IGNORECASE)
_VALUE_REFERENCES = (
    ("1Password", re.compile(r"^op://")),
    ("Vault", re.compile(r"^(?:vault:|ref\+vault://|secret/data/)|^\$__vault\{")),
    ("AWS Secrets Manager", re.compile(r"^arn:aws[\w-]*:secretsmanager:|^\{\{resolve:secretsmanager:|^ref\+awssecrets://|^aws-?sm://")),
    ("AWS Parameter Store", re.compile(r"^arn:aws[\w-]*:ssm:|^\{\{resolve:ssm-secure:|^ref\+awsssm://|^ssm:/")),
    ("Google Secret Manager", re.compile(r"^projects/[\w-]+/secrets/|^sm://|^gcp:secretmanager:|^ref\+gcpsecrets://")),
    ("Azure Key Vault", re.compile(r"^@Microsoft\.KeyVault\(|^https://[\w-]+\.vault\.azure\.net/")),
    ("Vercel", re.compile(r"^@[a-z][\w-]+$")),
    ("SOPS", re.compile(r"^ENC\[AES256_GCM,")),
    ("dotenvx", re.compile(r"^encrypted:[A-Za-z0-9+/=]{40,}$")),
)  # fmt: skip


def by_value(value: str) -> str:
    """The manager that a value refers to; empty when it refers to none."""
    return next((manager for manager, shape in _VALUE_REFERENCES if shape.search(value[:500].strip())), "")


def variable(found: Found, name: str, value: str, at: int, scope: Scope) -> None:
    """A variable that a descriptor gives to a process."""
    if manager := by_value(value):
        found.refer(manager, at, f"a reference in {name}", name, scope=scope)
        return
    if name.upper().endswith("_FILE"):
        if value.startswith(
            ("/run/secrets/", "/var/run/secrets/", "/etc/secrets/", "/mnt/secrets", "/vault/secrets")
        ) or ("secret" in value.lower() or "CREDENTIALS_DIRECTORY" in value):
            found.refer("secret files", at, f"{name}={clip(value, 100)}", name, name[:-5], scope=scope)
        return
    if scope is not Scope.RUNTIME or not is_secret_variable(name):
        return
    if not value or _REFERENCE.search(value) or stands_for_nothing(value):
        found.name(name, at, Naming.PASSED)
    elif not ("://" in value and not re.search(r"://[^/@\s]*:[^/@\s]+@", value)) and not _WRITTEN_PATH.fullmatch(value):
        found.name(name, at, Naming.WRITTEN)


def of_compose(found: Found, text: str, scope: Scope) -> None:
    """A compose file: secrets that services use, variables that it hands on, files of variables that it reads.

    Raises:
        Unreadable: it is no YAML.
    """
    for root in documents(text):
        defined = dict(pairs(get(root, "secrets")))
        for service_name, service in pairs(get(root, "services")):
            for holder in (service, get(service, "build")):
                for entry in entries(get(holder, "secrets")):
                    source = scalar(entry) or scalar(get(entry, "source"))
                    _docker_secret(found, source, scalar(get(entry, "target")), defined.get(source), line(entry), scope)
            for name, value, at in _environment(service):
                variable(found, name, value, at, scope)
            for entry in entries(get(service, "env_file")):
                if scope is Scope.RUNTIME and (file := scalar(entry) or scalar(get(entry, "path"))):
                    found.plain_files.append(PlainFile(found.path, line(entry), file, service_name))
            words = " ".join(scalar(e) for key in ("command", "entrypoint") for e in entries(get(service, key)))
            of_commands(found, words.replace("\n", " "), scope, line(service))


def _docker_secret(found: Found, name: str, target: str, definition: yaml.Node | None, at: int, scope: Scope) -> None:
    if not name or definition is None:
        return  # Docker refuses it
    by = next((key for key in ("external", "environment", "file") if get(definition, key) is not None), "")
    if by == "file":
        found.secret_files.append((line(definition), scalar(get(definition, "file"))))
    wanted = target.rpartition("/")[2] or name
    names = [n.upper().replace("-", "_") for n in (name, wanted, scalar(get(definition, "environment")))]
    found.refer("Docker secrets", at, f"secret {name} ({by or 'external'})", *names, scope=scope)


def _environment(service: yaml.Node) -> list[tuple[str, str, int]]:
    given = get(service, "environment")
    listed = [(*scalar(entry).partition("=")[::2], line(entry)) for entry in entries(given)]
    return [*((name, scalar(node), line(node)) for name, node in pairs(given)), *listed]


_OPERATORS = {
    "ExternalSecret": "External Secrets", "ClusterExternalSecret": "External Secrets", "SealedSecret": "Sealed Secrets",
    "SecretProviderClass": "Secrets Store CSI", "VaultStaticSecret": "Vault", "VaultDynamicSecret": "Vault",
    "InfisicalSecret": "Infisical", "DopplerSecret": "Doppler", "OnePasswordItem": "1Password", "SopsSecret": "SOPS",
}  # fmt: skip


def of_manifests(found: Found, text: str, scope: Scope) -> bool:
    """Kubernetes manifests; whether the file holds any.

    Raises:
        Unreadable: it is no YAML.
    """
    any_ = False
    for root in documents(text):
        kind = scalar(get(root, "kind"))
        if not kind or get(root, "apiVersion") is None:
            continue
        any_ = True
        if manager := _OPERATORS.get(kind):
            keys = [scalar(get(one, "secretKey")) for one in entries(get(root, "spec", "data"))]
            names = [name for name, _ in pairs(get(root, "spec", "encryptedData"))]
            reach = Reach.NAMED if keys or names else Reach.PRESENT
            found.refer(manager, line(root), f"kind: {kind}", *keys, *names, scope=scope, reach=reach)
            continue
        for keys_to, node in walk(root):
            _of_manifest_node(found, keys_to, node, scope)
    return any_


def _of_manifest_node(found: Found, keys: tuple[str, ...], node: yaml.Node, scope: Scope) -> None:
    if not isinstance(node, yaml.MappingNode):
        return
    name = scalar(get(node, "name"))
    if get(node, "valueFrom", "secretKeyRef") is not None:
        found.refer("Kubernetes secrets", line(node), f"secretKeyRef of {name}", name, scope=scope)
    elif name and get(node, "value") is not None and "env" in keys:
        variable(found, name, scalar(get(node, "value")), line(node), scope)
    if get(node, "secretRef") is not None and "envFrom" in keys:
        found.refer("Kubernetes secrets", line(node), "envFrom secretRef", scope=scope, reach=Reach.ALL)
    for annotation, _ in pairs(get(node, "annotations")):
        if annotation.startswith(("vault.hashicorp.com/agent-inject", "vault.security.banzaicloud.io/")):
            found.refer("Vault", line(node), "annotation of the agent", scope=scope, reach=Reach.PRESENT)
            break


def of_render(found: Found, text: str) -> None:
    """A blueprint of Render.

    Raises:
        Unreadable: it is no YAML.
    """
    for root in documents(text):
        for _, node in walk(root):
            name = scalar(get(node, "key"))
            if not name:
                continue
            if scalar(get(node, "sync")).lower() == "false" or scalar(get(node, "generateValue")).lower() == "true":
                found.refer("Render", line(node), f"{name} is kept by the platform", name)
            elif get(node, "fromDatabase") is not None or get(node, "fromService") is not None:
                found.refer("Render", line(node), f"{name} comes from another service", name)
            elif get(node, "value") is not None:
                variable(found, name, scalar(get(node, "value")), line(node), Scope.RUNTIME)


def of_workflow(found: Found, text: str) -> None:
    """A workflow of GitHub Actions: what each job hands on to what it deploys.

    Raises:
        Unreadable: it is no YAML.
    """
    for root in documents(text):
        whole = bool(_DEPLOYS.search(found.path.rpartition("/")[2]) or _DEPLOYS.search(scalar(get(root, "name"))))
        for job_name, job in pairs(get(root, "jobs")):
            deploys = whole or bool(_DEPLOYS.search(job_name)) or get(job, "environment") is not None
            _of_job(found, job, Scope.DEPLOY if deploys else Scope.CI)
        _of_job(found, get(root, "env"), Scope.DEPLOY if whole else Scope.CI)


def _of_job(found: Found, job: yaml.Node | None, scope: Scope) -> None:
    for keys, node in walk(job) if job is not None else ():
        text = scalar(node)
        if not text:
            continue
        names = [name for name in _GITHUB_SECRET.findall(text) if name != "GITHUB_TOKEN"]
        if names:
            given = keys[-1] if keys else ""
            found.refer("GitHub Actions secrets", line(node), f"secrets.{names[0]}", *names, given, scope=scope)
        if keys and keys[-1] in ("run", "script", "command"):
            of_commands(found, text, scope, line(node) + ("\n" in text))
        if keys and keys[-1] == "uses":
            for words, manager in _ACTIONS:
                if words in text:
                    found.refer(manager, line(node), f"uses {text.split('@')[0]}", scope=scope, reach=Reach.PRESENT)


_ACTIONS = (
    ("hashicorp/vault-action", "Vault"),
    ("dopplerhq/secrets-fetch-action", "Doppler"),
    ("Infisical/secrets-action", "Infisical"),
    ("1password/load-secrets-action", "1Password"),
    ("aws-actions/aws-secretsmanager-get-secrets", "AWS Secrets Manager"),
    ("google-github-actions/get-secretmanager-secrets", "Google Secret Manager"),
    ("Azure/get-keyvault-secrets", "Azure Key Vault"),
)


MOST_OBJECTS = 1000
"""Of a JSON file, that name something."""


def of_json(found: Found, text: str) -> None:
    """Task definitions of ECS, and vercel.json."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    stack: list[Any] = [data]
    left = MOST_OBJECTS
    while stack and left:
        node = stack.pop()
        if isinstance(node, list):
            stack += node
        elif isinstance(node, dict):
            stack += node.values()
            if {"name", "env"} & node.keys():
                left -= 1
                _of_json_object(found, node, text)


def _of_json_object(found: Found, node: dict[str, Any], text: str) -> None:
    name, source = node.get("name"), node.get("valueFrom")
    if isinstance(name, str) and isinstance(source, str):
        manager = by_value(source) or "AWS Parameter Store"
        found.refer(manager, _line(text, name), f"valueFrom of {name}", name)
    elif isinstance(name, str) and isinstance(node.get("value"), str):
        variable(found, name, node["value"], _line(text, name), Scope.RUNTIME)
    env = node.get("env")
    for key, value in list(env.items())[:MOST_OBJECTS] if isinstance(env, dict) else ():
        if isinstance(value, str):
            variable(found, key, value, _line(text, key), Scope.RUNTIME)


def _line(text: str, word: str) -> int:
    return text.count("\n", 0, max(0, text.find(f'"{word}"'))) + 1


_UNIT = re.compile(
    r"(?m)^[ \t]*(LoadCredential(?:Encrypted)?|SetCredentialEncrypted|EnvironmentFile|Environment)[ \t]*=[ \t]*(.+)$"
)


def of_unit(found: Found, text: str) -> None:
    """A unit of systemd."""
    line_of = lines_of(text)
    for match in _UNIT.finditer(text):
        at = line_of(match.start())
        if match[1] == "EnvironmentFile":
            found.plain_files.append(PlainFile(found.path, at, match[2].strip().lstrip("-"), "systemd"))
        elif match[1] == "Environment":
            for name, value in re.findall(r"[\"']?(\w+)=([^\"'\s]*)", match[2]):
                variable(found, name, value, at, Scope.RUNTIME)
        else:
            name = match[2].split(":")[0].strip()
            found.refer("systemd credentials", at, match[1], name, name.upper().replace("-", "_"))


def of_gitlab(found: Found, text: str) -> None:
    """A pipeline of GitLab: its own `secrets:`, and commands. Variables that the project masks leave no trace here.

    Raises:
        Unreadable: it is no YAML.
    """
    for root in documents(text):
        whole = bool(_DEPLOYS.search(found.path.rpartition("/")[2]))
        for job_name, job in pairs(root):
            deploys = whole or bool(_DEPLOYS.search(job_name)) or get(job, "environment") is not None
            scope = Scope.DEPLOY if deploys or _DEPLOYS.search(scalar(get(job, "stage"))) else Scope.CI
            for name, node in pairs(get(job, "secrets")):
                manager = next((told for key, told in _OF_GITLAB if get(node, key) is not None), "GitLab CI secrets")
                found.refer(manager, line(node), f"secrets: {name}", name, scope=scope)
            own = {
                name
                for name, node in [*pairs(get(root, "variables")), *pairs(get(job, "variables"))]
                if f"${name}" not in scalar(node)
            }
            for keys, node in walk(job):
                if keys and keys[-1] in ("", *_SCRIPTS_OF_GITLAB) and set(keys) & _SCRIPTS_OF_GITLAB:
                    of_commands(found, scalar(node), scope, line(node))
                elif "variables" not in keys:
                    continue
                masked = set(re.findall(r"\$\{?([A-Z][A-Z0-9_]+)", scalar(node))) - own
                names = sorted(name for name in masked if is_secret_variable(name) and not name.startswith("CI_"))
                if names:
                    given = keys[-1] if "variables" in keys else ""
                    found.refer("GitLab CI variables", line(node), f"${names[0]}", *names, given, scope=scope)


_SCRIPTS_OF_GITLAB = frozenset({"script", "before_script", "after_script"})
_OF_GITLAB = (
    ("vault", "Vault"),
    ("gcp_secret_manager", "Google Secret Manager"),
    ("azure_key_vault", "Azure Key Vault"),
    ("aws_secrets_manager", "AWS Secrets Manager"),
)
"""https://docs.gitlab.com/ci/yaml/#secrets"""
