"""Operations and their declarations: no address without one, and only the declared callers get through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import web

from gym.security.tokens import InvalidToken, Scope
from web.api import operations
from web.api.operations import OPERATIONS, ROUTES, document
from web.api.schemas.check_ins import (
    CheckInFields,
    DocumentCheckIn,
    PhotoCheckIn,
    PhotoCheckInForm,
    QrCheckIn,
)
from web.http.authentication import CLAIMS
from web.openapi.declaration import Operation
from web.openapi.routes import ApiRoutes, DeclarationIncomplete

PHOTOS = {"photo", "turned", "image_base64", "turned_base64"}


async def described(_: web.Request) -> web.Response:
    """Says what it does."""
    return web.Response(status=204)


def declared(*scopes: Scope) -> tuple[ApiRoutes, Operation]:
    """A table with one operation for the scopes."""
    routes = ApiRoutes("Tests")
    routes.handles(Operation("get", "/things/{thing_id}", "thing", "A thing", {204: None}, scopes))(described)
    return routes, routes.operations[0]


def test_a_handler_gets_its_address_from_its_declaration_alone() -> None:
    routes, operation = declared()
    route = routes.definitions[0]
    assert (route.method, route.path) == ("GET", operation.route)
    assert operation.path == "/things/{thing_id}"
    assert (operation.tag, operation.description) == ("Tests", "Says what it does.")


def test_a_part_of_a_path_that_is_no_id_is_no_address() -> None:
    app = web.Application()
    app.add_routes(declared()[0].definitions)
    resource = next(iter(app.router.resources()))
    assert resource.canonical == "/things/{thing_id}"
    assert resource.get_info()["pattern"].fullmatch("/things/1") is None
    assert resource.get_info()["pattern"].fullmatch("/things/00000000-0000-0000-0000-000000000000")


def test_an_operation_that_nothing_describes_cannot_be_routed() -> None:
    async def silent(_: web.Request) -> web.Response:
        return web.Response()

    with pytest.raises(DeclarationIncomplete):
        ApiRoutes("Tests").handles(Operation("get", "/x", "x", "X", {204: None}))(silent)


async def test_a_handler_that_looks_at_no_token_is_still_closed_to_strangers() -> None:
    handler: Any = declared(Scope.ADMIN)[0].definitions[0].handler
    request: Any = {CLAIMS: InvalidToken()}
    with pytest.raises(InvalidToken):
        await handler(request)
    opened: Any = declared()[0].definitions[0].handler
    assert (await opened(request)).status == 204


def test_no_table_of_the_api_is_left_out() -> None:
    """A table that an API module fills and nobody mounts would answer 404."""
    tables = [
        one.routes for one in vars(operations).values() if isinstance(getattr(one, "routes", None), ApiRoutes)
    ]
    assert {id(one) for one in tables} == {id(one) for one in ROUTES}
    assert all(table.operations for table in ROUTES)


def test_every_refusal_has_the_one_schema_and_lists_its_codes() -> None:
    for one in OPERATIONS:
        answers = document()["paths"][one.path][one.method]["responses"]
        for fault in one.all_faults:
            if fault.status in one.answers:
                continue
            answer = answers[str(fault.status)]
            schema = answer["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Error"}
            assert fault.code in answer["x-error-codes"]


def test_the_bodies_of_a_check_in_are_what_the_server_reads() -> None:
    bodies = (PhotoCheckInForm, PhotoCheckIn, QrCheckIn, DocumentCheckIn)
    shown = {name for body in bodies for name in body.model_fields} - PHOTOS
    assert shown == set(CheckInFields.model_fields)
    for body in bodies:
        for name, field in body.model_fields.items():
            if name in PHOTOS:
                continue
            read = CheckInFields.model_fields[name]
            assert schema_of(body)[name].keys() >= schema_of(CheckInFields)[name].keys() - {"default"}
            assert field.is_required() or read.default is None


def schema_of(model: Any) -> dict[str, Any]:
    return model.model_json_schema()["properties"]


def test_no_null_and_no_union_of_required_fields_is_left_for_generators() -> None:
    schemas = list(parts(document()))
    assert [one for one in schemas if one.get("type") == "null"] == []
    assert [way for one in schemas for way in one.get("anyOf", ()) if "required" in way] == []


def parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from parts(one)
