"""A file for every path of the table, as the programs that write them do; tokens are put together at run time."""

# ruff: noqa: E501  bodies as servers send them
from __future__ import annotations

import gzip
import io
import json
import sqlite3
import struct
import subprocess
import tarfile
import zipfile
from functools import cache
from pathlib import Path

VALUE = "hT7pQ2" + "wLx9ZrVn4k"
"""A secret of the samples, to be found in nothing that the audit says."""
AWS = "AKIA" + "QWERTYUIOPASDFGH"
PEM = "\n".join(
    ["-----BEGIN RSA " + "PRIVATE KEY-----", *["MIIEpAIBAAKCAQEA" + "x" * 48] * 20, "-----END RSA PRIVATE KEY-----", ""]
)

ENV = f"# production\nDATABASE_URL=postgres://app:{VALUE}@db:5432/app\nJWT_SECRET={VALUE}\nexport DEBUG=false\n"
TEXTS = {
    "/.env": ENV,
    "/.env.local": f'SUPABASE_SERVICE_ROLE_KEY="{VALUE}"\n',
    "/.env.production": f'A=1\nKEY="{PEM.strip()}"\nB=2\n',
    "/.env.production.local": "NEXT_PUBLIC_SITE_URL=https://app.example.com\r\nAPI_KEY = x\r\n",
    "/.env.development": "database_url='sqlite:///./dev.db'\n",
    "/.env.bak": ENV,
    "/.env.old": ENV,
    "/.env.prod": ENV.replace("\n", "\r\n"),
    "/.env.staging": "\ufeff" + ENV,
    "/.env.local.bak": f"# JWT_SECRET={VALUE}\n",
    "/.env.save": ENV,
    "/.ssh/id_ed25519": PEM.replace("RSA", "OPENSSH"),
    "/.docker/config.json": json.dumps({"auths": {"ghcr.io": {"auth": VALUE}}}),
    "/wp-config.php.bak": f"<?php\n/** x */\ndefine( 'DB_NAME', 'wp' );\ndefine( 'DB_PASSWORD', '{VALUE}' );\n",
    "/docker-compose.yaml": "services:\n  web:\n    build: .\n",
    "/.env~": ENV,
    "/api/.env": ENV,
    "/backend/.env": ENV,
    "/frontend/.env": "NEXT_PUBLIC_A=1\n",
    "/static../.env": ENV,
    "/.env.example": "DATABASE_URL=\nJWT_SECRET=\n",
    "/.hg/requires": "dotencode\nfncache\ngeneraldelta\nrevlogv1\nsparserevlog\nstore\n",
    "/.npmrc": f"registry=https://npm.example.com/\n//npm.example.com/:_authToken=npm_{VALUE}\n",
    "/.pypirc": f"[distutils]\nindex-servers = pypi\n\n[pypi]\nusername = __token__\npassword = {VALUE}\n",
    "/.git-credentials": f"https://deploy:{VALUE}@github.com\n",
    "/.htpasswd": "admin:$apr1$lZL6V/ci$eIMz/iKDkbtys/uU7LEK00\nbob:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n",
    "/.aws/credentials": f"[default]\naws_access_key_id = {AWS}\naws_secret_access_key = {VALUE}\n",
    "/.ssh/id_rsa": PEM.replace("RSA", "OPENSSH"),
    "/id_rsa": PEM,
    "/server.key": PEM.replace("RSA ", ""),
    "/private.pem": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" + PEM.replace("RSA", "EC"),
    "/.vscode/sftp.json": json.dumps(
        {"name": "x", "host": "10.0.0.1", "username": "root", "password": VALUE}, indent=4
    ),
    "/backup.sql": "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\nSET statement_timeout = 0;\nCREATE TABLE public.users (\n",
    "/dump.sql": "-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n--\n-- Host: localhost    Database: app\n",
    "/docker-compose.yml": f"services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: {VALUE}\n",
    "/docker-compose.prod.yml": "# prod\nname: app\nservices:\n  web:\n    build: .\n",
    "/compose.yaml": "x-a: &a\n  restart: always\nservices: # all\n  web:\n    <<: *a\n    container_name: web\n    image: web\n",
    "/Dockerfile": "# syntax=docker/dockerfile:1\nARG V=20\nFROM node:${V} AS build\nRUN npm ci\n",
    "/supabase/config.toml": 'project_id = "x"\n\n[api]\nenabled = true\n\n[db]\nport = 54322\n',
    "/supabase/.temp/pooler-url": "postgresql://postgres.abcdefghijklmnop:[YOUR-PASSWORD]@aws-0-eu-west-1.pooler.supabase.com:6543/postgres",
    "/next.config.js": "/** @type {import('next').NextConfig} */\nconst nextConfig = { reactStrictMode: true }\nmodule.exports = nextConfig\n",
    "/.next/required-server-files.json": json.dumps(
        {"version": 1, "config": {"env": {}}, "appDir": "/app", "files": []}
    ),
    "/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/')\ndef root():\n    return {}\n",
    "/alembic.ini": f"[alembic]\nscript_location = alembic\nsqlalchemy.url = postgresql://app:{VALUE}@db/app\n",
    "/.vercel/project.json": '{"projectId":"prj_x","orgId":"team_x"}',
    "/.idea/workspace.xml": '<?xml version="1.0" encoding="UTF-8"?>\n<project version="4">\n  <component name="ChangeListManager">',
    "/server-status": "<!DOCTYPE HTML PUBLIC>\n<html><head>\n<title>Apache Status</title>\n</head><body>\n<h1>Apache Server Status for x</h1>"
    "<dl><dt>Server Version: Apache/2.4.58</dt><dt>Server uptime:  2 hours</dt></dl>",
    "/package.json": json.dumps(
        {"name": "web", "version": "0.1.0", "scripts": {"dev": "next"}, "dependencies": {"next": "16"}}
    ),
    "/pyproject.toml": '[project]\nname = "api"\nversion = "1"\n',
    "/requirements.txt": "# pinned\nfastapi==0.115.0\nuvicorn[standard]>=0.30\npsycopg\n-r base.txt\n",
    "/access.log": '203.0.113.7 - - [25/Nov/2026:20:00:00 +0000] "GET /reset?token=x HTTP/1.1" 200 12 "-" "Mozilla/5.0"\n'
    * 3,
    "/error.log": '2026/11/25 20:00:00 [error] 7#7: *1 open() "/srv/x" failed (2: No such file or directory), client: 203.0.113.7\n',
    "/npm-debug.log": "0 info it worked if it ends with ok\n1 verbose cli [ '/usr/bin/node' ]\n",
}


def _tar() -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        member = tarfile.TarInfo("app/.env")
        member.size = len(ENV)
        archive.addfile(member, io.BytesIO(ENV.encode()))
    return held.getvalue()


def _zip() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(".env", ENV)
    return held.getvalue()


def _git(folder: Path) -> dict[str, bytes]:
    """The files of a repository that git itself made."""
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    (folder / "a.txt").write_text("x")
    for words in (("init", "-q", "-b", "main"), ("add", "."), (*who, "commit", "-qm", "one"), ("pack-refs", "--all")):
        subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)
    names = ("HEAD", "config", "logs/HEAD", "index", "packed-refs")
    return {f"/.git/{name}": (folder / ".git" / name).read_bytes() for name in names}


def _sqlite(folder: Path) -> bytes:
    with sqlite3.connect(folder / "x.db") as database:
        database.execute("create table users (id integer)")
    database.close()
    return (folder / "x.db").read_bytes()


def _account() -> bytes:
    held = {
        "type": "service_account",
        "project_id": "x",
        "private_key": PEM,
        "client_email": "a@x.iam.gserviceaccount.com",
    }
    return json.dumps(held, indent=2).encode()


@cache
def samples(folder: Path) -> dict[str, bytes]:
    """Path to content.

    Args:
        folder: an empty one, for the programs that write files.
    """
    (folder / "repository").mkdir()
    account, database = _account(), _sqlite(folder)
    state = {"version": 4, "terraform_version": "1.9.0", "serial": 3, "resources": [{"values": "x" * 5000}]}
    return {
        **{path: text.encode() for path, text in TEXTS.items()},
        **_git(folder / "repository"),
        "/.env.swp": b"b0VIM 9.0" + bytes(4000),
        "/.svn/wc.db": database,
        "/service-account.json": account,
        "/serviceAccountKey.json": account,
        "/firebase-adminsdk.json": account,
        "/terraform.tfstate": json.dumps(state, indent=2).encode(),
        "/dump.sql.gz": gzip.compress(TEXTS["/dump.sql"].encode()),
        "/backup.sql.gz": gzip.compress(TEXTS["/backup.sql"].encode()),
        "/db.sqlite3": database,
        "/backup.zip": _zip(),
        "/backup.tar.gz": _tar(),
        "/core": b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 4, 62) + bytes(100),
        "/.DS_Store": b"\0\0\0\1Bud1\0\0\x10\0" + bytes(60),
    }
