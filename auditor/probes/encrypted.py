"""Tells files whose secrets are encrypted: SOPS, dotenvx, dotenv-vault, ansible-vault, age, git-crypt, OpenPGP."""

from __future__ import annotations

import re

_MAGIC = (
    (b"\0GITCRYPT\0", "git-crypt"),
    (b"$ANSIBLE_VAULT;", "ansible-vault"),
    (b"age-encryption.org/v1", "age"),
    (b"-----BEGIN AGE ENCRYPTED FILE-----", "age"),
    (b"-----BEGIN PGP MESSAGE-----", "OpenPGP"),
)
_SOPS_VALUE = re.compile(rb"ENC\[AES256_GCM,data:[A-Za-z0-9+/=]*,iv:[A-Za-z0-9+/=]+,tag:[A-Za-z0-9+/=]+,type:\w+\]")
_SOPS_MARK = re.compile(rb"(?m)^sops_mac=|^[\"']?sops[\"']?:|^[ \t]*\"sops\"[ \t]*:|^\[sops\]|^sops:|^\t\"sops\":")
_DOTENV = re.compile(rb"(?m)^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.]*)[ \t]*=[ \t]*(.*)$")
_PLAIN_OF_DOTENVX = re.compile(rb"DOTENV_PUBLIC_KEY|DOTENV_VAULT|sops_|DOTENV_PRIVATE_KEY_NAME")


def encrypted(data: bytes) -> str:
    """What encrypts the secrets of a file; empty when nothing does, or when some values are not encrypted.

    In a .env file the marks of SOPS or dotenvx are not enough: a value that an editor added is plain.
    """
    for magic, tool in _MAGIC:
        if data.startswith(magic):
            return tool
    if _SOPS_VALUE.search(data) and _SOPS_MARK.search(data) and b"\nsops_mac=" not in data:
        return "SOPS"
    pairs = [(name, value.strip().strip(b"\"'")) for name, value in _DOTENV.findall(data)]
    values = [value for name, value in pairs if value and not _PLAIN_OF_DOTENVX.match(name)]
    if values and b"\nsops_mac=" in data and all(map(_SOPS_VALUE.fullmatch, values)):
        return "SOPS"
    if values and all(value.startswith(b"encrypted:") for value in values):
        return "dotenvx"
    if pairs and not values and any(name.startswith(b"DOTENV_VAULT") for name, _ in pairs):
        return "dotenv-vault"
    return ""
