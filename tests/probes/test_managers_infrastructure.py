"""Terraform, Helm, GitLab and hosts of frontends: where variables come from."""

# ruff: noqa: E501  texts of files, as they are written
from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.secrets_manager import Naming
from auditor.probes.managers.charts import of_chart
from auditor.probes.managers.found import Found
from auditor.probes.managers.terraform import of_terraform
from auditor.probes.secrets_manager import look
from tests.facts.headers.fuzz import SOME
from tests.probes.checkout import checkout

ECS = """
data "aws_secretsmanager_secret" "db_password" {
  name = "prod/db"
}
resource "aws_ecs_task_definition" "api" {
  container_definitions = jsonencode([{
    name = "api"
    environment = [{ name = "LOG_LEVEL", value = "info" }, { name = "JWT_SECRET", value = var.jwt_secret }]
    secrets = [
      { name = "DB_PASSWORD", valueFrom = data.aws_secretsmanager_secret.db_password.arn },
      { name = "STRIPE_SECRET_KEY", valueFrom = aws_ssm_parameter.stripe.arn },
    ]
  }])
}
"""
RUN = """
resource "google_cloud_run_v2_service" "api" {
  template { containers {
    env {
      name = "DB_PASSWORD"
      value_source {
        secret_key_ref { secret = google_secret_manager_secret.db.secret_id }
      }
    }
  } }
}
"""
LAMBDA = """
resource "aws_lambda_function" "api" {
  environment { variables = {
    # API_KEY = data.vault_generic_secret.x.data["no"]
    DB_PASSWORD = data.vault_generic_secret.db.data["password"]
    JWT_SECRET  = var.jwt_secret
    API_TOKEN   = "written"
  } }
}
"""
TEMPLATE = """
{{- if .Values.enabled }}
apiVersion: apps/v1
spec:
  containers:
    - env:
        - name: DB_PASSWORD
          valueFrom:
            secretKeyRef:
              name: {{ .Values.secret }}
        - name: JWT_SECRET
          value: {{ .Values.jwt | quote }}
      envFrom:
        - configMapRef: {name: x}
        - secretRef:
            name: {{ .Release.Name }}
{{- end }}
"""
GITLAB = """
.secrets: {variables: {DB_PASSWORD: $PROD_DB_PASSWORD}}
deploy:
  stage: deploy
  variables: {DB_PASSWORD: $PROD_DB_PASSWORD}
  secrets:
    API_KEY: {gcp_secret_manager: {name: api-key}}
  script:
    - [echo, "helm upgrade --set jwt=$JWT_SECRET"]
    - docker login -p $CI_JOB_TOKEN
test:
  script: pytest --token=$TEST_TOKEN
"""
INCLUDED = "deploy:\n  script: ['run $JWT_SECRET']\n"


def managers(tmp_path, files):
    fact = look(tmp_path, checkout(tmp_path, files))
    references = {(one.manager, one.scope.value, one.reach.value, one.variables) for one in fact.references}
    return references, {one.name for one in fact.secrets if one.naming is Naming.PASSED}


@pytest.mark.parametrize(
    ("name", "text", "references", "passed"),
    [
        ("infra/ecs.tf", ECS, {
            ("AWS Secrets Manager", "runtime", "named", ("DB_PASSWORD",)),
            ("AWS Parameter Store", "runtime", "named", ("STRIPE_SECRET_KEY",)),
         }, {"JWT_SECRET"}),
        ("infra/run.tf", RUN, {("Google Secret Manager", "runtime", "named", ("DB_PASSWORD",))}, set()),
        ("infra/lambda.tf", LAMBDA, {("Vault", "runtime", "named", ("DB_PASSWORD",))}, {"JWT_SECRET"}),
        ("infra/x.tf", 'resource "random_password" "db" {}\n', set(), set()),
        ("infra/vercel.tf", 'resource "vercel_project_environment_variable" "a" {\n  key = "JWT_SECRET"\n  value = var.x\n}\n',
         {("Vercel", "runtime", "named", ("JWT_SECRET",))}, set()),
        ("chart/templates/deployment.yaml", TEMPLATE, {
            ("Kubernetes secrets", "runtime", "named", ("DB_PASSWORD",)),
            ("Kubernetes secrets", "runtime", "all", ()),
         }, {"JWT_SECRET"}),
        ("chart/values.yaml", "auth:\n  existingSecret: acme-db\n  x: y\n",
         {("Kubernetes secrets", "runtime", "present", ())}, set()),
        ("chart/values.yaml", 'auth:\n  existingSecret: ""\n', set(), set()),
        (".gitlab-ci.yml", GITLAB, {
            ("GitLab CI variables", "deploy", "named", ("PROD_DB_PASSWORD", "DB_PASSWORD")),
            ("Google Secret Manager", "deploy", "named", ("API_KEY",)),
            ("GitLab CI variables", "deploy", "named", ("JWT_SECRET",)),
            ("GitLab CI variables", "CI", "named", ("TEST_TOKEN",)),
            ("GitLab CI variables", "CI", "named", ("PROD_DB_PASSWORD", "DB_PASSWORD")),
         }, set()),
        (".gitlab/ci/deploy.yml", INCLUDED, {("GitLab CI variables", "deploy", "named", ("JWT_SECRET",))}, set()),
        ("web/vercel.json", '{"framework": "nextjs"}', {("Vercel", "runtime", "frontend", ())}, set()),
        ("netlify.toml", '[build]\ncommand = "x"\n', {("Netlify", "runtime", "frontend", ())}, set()),
    ],
)  # fmt: skip
def test_references(tmp_path, name, text, references, passed):
    assert managers(tmp_path, {name: text}) == (references, passed)


@SOME
@given(st.text(alphabet='dataresource {}"=\n[]_.,:-$xA', max_size=300))
def test_any_text(text):
    for read in (of_terraform, of_chart):
        read(Found("x"), text)


@pytest.mark.parametrize(
    "piece",
    ['name = "A"\n', 'data "vault_x" "y"\n', "A = data.", 'name = "A", ', "envFrom:\n", "- name: A\n  valueFrom:\n", "{{ x }}\n", "A=", " "],
)  # fmt: skip
def test_hostile_files_take_no_longer(piece):
    """Ten times the text takes about ten times as long: no machine is so slow that a hundred times goes unseen."""

    def seconds(size):
        text = piece * (size // len(piece))
        started = time.process_time()
        for read in (of_terraform, of_chart):
            read(Found("x"), text)
        return time.process_time() - started

    assert seconds(300_000) < 40 * max(seconds(30_000), 0.01)
