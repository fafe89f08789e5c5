"""Sign-ins that stand: listed and ended by their owner and by admins."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from aiohttp import web

from gym.core.errors import NotFound
from gym.security.models import SignIn
from gym.security.permissions import NotAllowed
from gym.staff.sign_ins import SignInNotFound, SignInService
from web.api.schemas.sign_in import SessionAnswer, SessionPath, SessionsAnswer, SessionsQuery
from web.http.authentication import STAFF, acting, claims_of
from web.http.json import FieldsInvalid, read_path, read_query, reply
from web.openapi.declaration import Link, Operation
from web.openapi.fault_groups import TOKEN
from web.openapi.routes import ApiRoutes

ON_A_PAGE: Final = 50
routes = ApiRoutes("Sign-in")


@routes.handles(
    Operation(
        "get",
        "/api/v1/auth/sessions",
        "sessions",
        "Sign-ins that stand, the latest used first",
        {200: SessionsAnswer},
        STAFF,
        query=SessionsQuery,
        faults=(*TOKEN, FieldsInvalid, NotAllowed),
        links=[Link("endSession", "endSession", {"session_id": "$response.body#/items/0/id"})],
        description="A sign-in ends for good thirty days after it was opened.",
    )
)
async def sessions(request: web.Request) -> web.Response:
    """Those that stand, one's own or, for admins, somebody else's."""
    current = claims_of(request).family
    async with acting(request) as (uow, caller):
        query = read_query(request, SessionsQuery)
        subject = query.subject_id or caller.id
        page = await SignInService(uow).of(subject, query.page, ON_A_PAGE)
        items = [_session(one, current) for one in page.items]
    return reply(SessionsAnswer(items=items, total=page.total, page=page.number, pages=page.pages))


@routes.handles(
    Operation(
        "delete",
        "/api/v1/auth/sessions/{session_id}",
        "endSession",
        "End a sign-in, its access tokens too, at once",
        {204: None},
        STAFF,
        path_model=SessionPath,
        faults=(*TOKEN, NotFound, SignInNotFound),
    )
)
async def end(request: web.Request) -> web.Response:
    """Its tokens end at once, in every replica."""
    async with acting(request) as (uow, _):
        await SignInService(uow).end(read_path(request, SessionPath).session_id)
    return web.Response(status=204)


def _session(one: SignIn, current: UUID) -> SessionAnswer:
    return SessionAnswer.model_validate(
        {
            "id": one.id,
            "scope": one.scope,
            "opened_at": one.opened_at,
            "renewed_at": one.renewed_at,
            "ends_at": one.ends_at,
            "address": one.address,
            "current": one.id == current,
        }
    )
