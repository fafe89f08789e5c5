"""The OpenAPI document: complete, true to the models, and readable without scripts or another server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiohttp.test_utils import TestClient

from web.api.operations import OPERATIONS, document


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for one in value.values():
            yield from references(one)
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


async def test_the_document_is_openapi_and_points_at_nothing_that_is_missing(
    server: TestClient[Any, Any],
) -> None:
    answer = await server.get("/api/openapi.json")
    body = await answer.json()
    assert (answer.status, body["openapi"]) == (200, "3.1.0")
    schemas = {f"#/components/schemas/{name}" for name in body["components"]["schemas"]}
    assert set(references(body)) <= schemas


def test_every_fault_of_an_operation_is_in_its_answers() -> None:
    for one in OPERATIONS:
        answers = document()["paths"][one.path][one.method]["responses"]
        for fault in one.all_faults:
            assert (
                fault.status in one.answers or f"`{fault.code}`" in answers[str(fault.status)]["description"]
            )


def test_names_of_operations_are_unique_and_every_guarded_one_says_for_whom() -> None:
    names = [one.name for one in OPERATIONS]
    assert len(names) == len(set(names))
    for one in OPERATIONS:
        drawn = document()["paths"][one.path][one.method]
        assert bool(drawn["security"]) == bool(one.scopes)
        assert drawn.get("x-scopes", []) == [scope.value for scope in one.scopes]


async def test_the_page_shows_every_operation_and_needs_nobody_else(server: TestClient[Any, Any]) -> None:
    answer = await server.get("/api/docs")
    text = await answer.text()
    assert (answer.status, answer.content_type) == (200, "text/html")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "<script" not in text
    assert "http://" not in text
    assert "https://" not in text
    assert [one.path for one in OPERATIONS if one.path not in text] == []
    assert (await server.get("/pages/docs.css")).content_type == "text/css"
