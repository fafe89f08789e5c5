"""Sign-ins, listed and ended by whoever they belong to and by admins."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from aiohttp import web

from gym.security.models import SignIn
from gym.staff.sign_ins import SignInService
from web.api.schemas import SessionAnswer, SessionPath, SessionsAnswer, SessionsQuery
from web.http.authentication import STAFF, acting, claims_of
from web.http.json import ONE_SESSION, read_path, read_query, reply

ON_A_PAGE: Final = 50
routes = web.RouteTableDef()


@routes.get("/api/v1/auth/sessions")
async def sessions(request: web.Request) -> web.Response:
    """Those that stand, one's own or, for admins, somebody else's."""
    current = claims_of(request, *STAFF).family
    async with acting(request, *STAFF) as (uow, caller):
        query = read_query(request, SessionsQuery)
        subject = query.subject_id or caller.id
        page = await SignInService(uow).of(subject, query.page, ON_A_PAGE)
        items = [_session(one, current) for one in page.items]
    return reply(SessionsAnswer(items=items, total=page.total, page=page.number, pages=page.pages))


@routes.delete(f"/api/v1/auth/sessions/{ONE_SESSION}")
async def end(request: web.Request) -> web.Response:
    """Its tokens end at once, in every replica."""
    async with acting(request, *STAFF) as (uow, _):
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
