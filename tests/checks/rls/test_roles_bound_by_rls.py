from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Role
from auditor.model import failed, passed, unproven
from checks.rls.roles_bound_by_rls import roles_bound_by_rls

ANON = Role("anon", False, False, False, False)
USER = replace(ANON, name="authenticated")
SERVICE = replace(ANON, name="service_role", bypass_rls=True)
BOTH = pytest.mark.parametrize("role", [ANON, USER], ids=["anon", "authenticated"])


def judge(*roles):
    return list(roles_bound_by_rls(Catalog(("public",), "a test", "app", (), roles=roles)))


def bound(name, *groups):
    return passed(name, "is bound by row level security", member_of=list(groups))


def member(name, *groups, fix):
    return failed(
        name,
        f"is a member of {', '.join(groups)}, and can become exempt from row level security",
        remediation=fix,
        member_of=list(groups),
    )


def test_bound():
    assert judge(SERVICE, USER, ANON) == [bound("anon"), bound("authenticated")]


@BOTH
def test_a_superuser(role):
    assert judge(replace(role, superuser=True, bypass_rls=True)) == [
        failed(role.name, "is a superuser", superuser=True, bypass_rls=True)
    ]


@BOTH
def test_exempt(role):
    assert judge(replace(role, bypass_rls=True)) == [
        failed(role.name, "is exempt from row level security (BYPASSRLS)", superuser=False, bypass_rls=True)
    ]


@BOTH
@pytest.mark.parametrize("group", [SERVICE, replace(SERVICE, superuser=True, bypass_rls=False)])
def test_a_member_of_an_exempt_role(role, group):
    assert judge(replace(role, member_of=("service_role",)), group) == [
        member(role.name, "service_role", fix=f"    revoke service_role from {role.name};")
    ]


def test_every_exempt_role_is_named_and_quoted():
    odd = replace(SERVICE, name='Odd"role')
    anon = replace(ANON, member_of=("service_role", "readers", 'Odd"role'))
    assert judge(anon, SERVICE, odd, replace(ANON, name="readers")) == [
        member(
            "anon",
            'Odd"role',
            "service_role",
            fix='    revoke "Odd""role" from anon;\n    revoke service_role from anon;',
        )
    ]


def test_a_member_of_bound_roles():
    anon = replace(ANON, member_of=("readers", "unlisted"))
    assert judge(anon, replace(ANON, name="readers")) == [bound("anon", "readers", "unlisted")]


def test_other_roles_are_not_judged():
    assert judge(ANON, SERVICE, replace(ANON, name="postgres", superuser=True)) == [bound("anon")]


@pytest.mark.parametrize("roles", [(), (SERVICE,)])
def test_no_api_role_is_no_pass(roles):
    assert judge(*roles) == [unproven("roles", "the database has neither a role anon nor authenticated")]


def test_another_role_that_the_api_may_take_is_not_passed_over():
    catalog = Catalog(("public",), "a test", "app", (), other_roles=("editor",))
    assert unproven(
        "editor",
        "the API may run requests as editor, and what that role may do is not looked through",
        "review its grants and policies, and waive this; or revoke it from authenticator",
    ) in list(roles_bound_by_rls(catalog))
