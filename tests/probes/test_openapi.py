from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.routes import Operation
from auditor.probes.openapi import MOST_OPERATIONS, is_document, read_operations

URL = "https://api.example.test/openapi.json"
BEARER = [{"bearer": []}]


def read(paths: object, **document: object) -> tuple[Operation, ...]:
    return read_operations({"openapi": "3.1.0", "paths": paths, **document}, URL)


@pytest.mark.parametrize(
    ("document", "is_one"),
    [
        ({"openapi": "3.1.0", "paths": {}}, True),
        ({"swagger": "2.0", "paths": {}}, True),
        ({"openapi": "3.1.0"}, False),
        ({"openapi": "3.1.0", "paths": []}, False),
        ({"paths": {}}, False),
        ([], False),
        (None, False),
    ],
)
def test_what_a_document_is(document, is_one):
    assert is_document(document) is is_one


def test_operations_in_the_order_of_the_document():
    paths = {
        "/items/{item_id}": {"get": {}, "delete": {"security": BEARER}},
        "/me": {"get": {"security": BEARER}, "summary": "who", "x-get": {}},
    }
    assert read(paths) == (
        Operation("GET", "/items/{item_id}", False, ("item_id",)),
        Operation("DELETE", "/items/{item_id}", True, ("item_id",)),
        Operation("GET", "/me", True),
    )


@pytest.mark.parametrize(
    ("default", "own", "secured"),
    [
        (None, BEARER, True),
        (BEARER, None, True),
        (BEARER, [], False),
        (BEARER, [{}], False),
        (None, [{}, {"bearer": []}], False),
        (None, [{"bearer": []}, {"key": []}], True),
        (None, "bearer", False),
        (None, None, False),
    ],
)
def test_security(default, own, secured):
    operation = {} if own is None else {"security": own}
    document = {} if default is None else {"security": default}
    assert read({"/me": {"get": operation}}, **document) == (Operation("GET", "/me", secured),)


def test_required_parameters_of_operation_path_and_reference():
    components = {"parameters": {"tenant/id": {"name": "tenant", "in": "header", "required": True}}}
    item = {
        "parameters": [{"name": "version", "in": "query", "required": True}],
        "get": {
            "parameters": [
                {"name": "limit", "in": "query"},
                {"name": "q", "in": "query", "required": True},
                {"$ref": "#/components/parameters/tenant~1id"},
                {"$ref": "other.yaml#/limit"},
                {"$ref": "#/components/parameters/missing"},
                "nonsense",
            ]
        },
    }
    (operation,) = read({"/items": item}, components=components)
    assert operation == Operation("GET", "/items", False, ("version", "q", "tenant", "other.yaml#/limit"))
    assert not operation.askable


@pytest.mark.parametrize(
    ("operation", "askable"),
    [
        (Operation("GET", "/a"), True),
        (Operation("GET", "/a", secured=True), True),
        (Operation("GET", "/a/{b}", needs=("b",)), False),
        (Operation("HEAD", "/a"), False),
        (Operation("POST", "/a"), False),
    ],
)
def test_what_may_be_asked(operation, askable):
    assert operation.askable is askable


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"servers": [{"url": "/api/"}]}, "/api/me"),
        ({"servers": [{"url": "/"}]}, "/me"),
        ({"servers": [{"url": "https://api.example.test/v2"}]}, "/v2/me"),
        ({"servers": [{"url": "https://elsewhere.example/v2"}]}, "/me"),
        ({"servers": [{"url": "/{version}"}]}, "/me"),
        ({"servers": [{"url": "http://[broken"}]}, "/me"),
        ({"servers": [7]}, "/me"),
        ({"servers": "nonsense"}, "/me"),
        ({"swagger": "2.0", "basePath": "/v2"}, "/v2/me"),
        ({"swagger": "2.0", "basePath": "/"}, "/me"),
    ],
)
def test_prefix(document, path):
    assert read({"/me": {"get": {}}}, **document) == (Operation("GET", path),)


def test_bounded():
    found = read({f"/{number}": {"get": {}, "put": {}} for number in range(MOST_OPERATIONS)})
    assert len(found) == MOST_OPERATIONS
    assert read({"/" + "a" * 3000: {"get": {}}, "relative": {"get": {}}, "/b": []}) == ()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda some: (
        st.lists(some, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["get", "parameters", "security", "servers", "url", "$ref", "name", "required", "/a", "/{a"]
            ),
            some,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@given(st.dictionaries(st.text(max_size=3).map("/".__add__), ANYTHING, max_size=4), ANYTHING, ANYTHING, ANYTHING)
def test_reads_whatever_is_written(paths, security, servers, base):
    found = read(paths, security=security, servers=servers, basePath=base, components={"a": servers})
    assert all(isinstance(one, Operation) and one.path.startswith("/") for one in found)
