"""Endpoints of staff: today's attempts, clients and their cards, nightly jobs run by hand."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from gym.attendance.attempts import Attempt, AttemptService, CursorInvalid
from gym.attendance.cards.client_card import CardService, ClientCard
from gym.clients.errors import ClientNotFound
from gym.clients.fields.row import ApiPlace
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.core.errors import NotFound
from gym.jobs.runner import run_job
from gym.security.tokens import Scope
from gym.subscriptions.models import Subscription
from web.api.schemas.check_ins import AttemptAnswer, AttemptsAnswer, AttemptsQuery
from web.api.schemas.client_fields import field_values
from web.api.schemas.clients import (
    CardAnswer,
    ClientPath,
    ClientsAnswer,
    FaceAnswer,
    FoundClient,
    MembershipAnswer,
    PersonAnswer,
    SearchQuery,
)
from web.api.schemas.jobs import JobAnswer
from web.api.thumbnails import photo_url
from web.http.authentication import STAFF, acting
from web.http.json import FieldsInvalid, read_path, read_query, reply
from web.http.keys import GYM
from web.openapi.declaration import Link, Operation
from web.openapi.fault_groups import TOKEN
from web.openapi.routes import ApiRoutes

routes = ApiRoutes("Staff")
ADMIN: Final = (Scope.ADMIN,)


@routes.handles(
    Operation(
        "get",
        "/api/v1/check-ins",
        "attempts",
        "Today's attempts, the latest received first",
        {200: AttemptsAnswer},
        STAFF,
        query=AttemptsQuery,
        faults=(*TOKEN, FieldsInvalid, CursorInvalid),
        links=[Link("next", "attempts", {"cursor": "$response.body#/next"})],
        description="What an offline kiosk recorded earlier is here on the day it was received, with `late`.",
    )
)
async def attempts(request: web.Request) -> web.Response:
    """A page of today's attempts, the latest received first."""
    async with acting(request) as (uow, _):
        query = read_query(request, AttemptsQuery)
        page = await AttemptService(uow).today(since=query.since, cursor=query.cursor, limit=query.limit)
        items = [_attempt(one) for one in page.items]
    return reply(AttemptsAnswer(items=items, total=page.total, next=page.following))


@routes.handles(
    Operation(
        "get",
        "/api/v1/clients",
        "clients",
        "Clients by name, document or phone",
        {200: ClientsAnswer},
        STAFF,
        query=SearchQuery,
        faults=(*TOKEN, FieldsInvalid),
        links=[
            Link("card", "card", {"client_id": "$response.body#/items/0/id"}),
            Link("forget", "forget", {"client_id": "$response.body#/items/0/id"}),
        ],
        description="The best match first.",
    )
)
async def search(request: web.Request) -> web.Response:
    """Clients by name, document or phone; the best match first."""
    async with acting(request) as (uow, _):
        query = read_query(request, SearchQuery)
        page = await ClientService(uow).search(query.q, query.page)
    items = [_found(client) for client in page.items]
    return reply(ClientsAnswer(items=items, total=page.total, page=page.number, pages=page.pages))


@routes.handles(
    Operation(
        "get",
        "/api/v1/clients/{client_id}",
        "card",
        "A client's card; looking is recorded",
        {200: CardAnswer},
        STAFF,
        path_model=ClientPath,
        faults=(*TOKEN, NotFound, ClientNotFound),
        description="What the desk sees in chat: membership, balance, face, the last visits.",
    )
)
async def card(request: web.Request) -> web.Response:
    """A client's card; that it was looked at is recorded."""
    async with acting(request) as (uow, _):
        client_id = read_path(request, ClientPath).client_id
        found = await CardService(uow).card(client_id)
    picture = photo_url(request.app[GYM], client_id) if found.face.enrolled else None
    return reply(_card(found, picture))


@routes.handles(
    Operation(
        "post",
        "/api/v1/subscriptions/activate",
        "activate",
        "Start the subscriptions whose first day has come",
        {200: JobAnswer},
        ADMIN,
        TOKEN,
    )
)
async def activate(request: web.Request) -> web.Response:
    """Run the nightly activation now."""
    return await _run(request, "activate")


@routes.handles(
    Operation(
        "post",
        "/api/v1/subscriptions/expire",
        "expire",
        "End the subscriptions whose last day is over",
        {200: JobAnswer},
        ADMIN,
        TOKEN,
    )
)
async def expire(request: web.Request) -> web.Response:
    """Run the nightly expiry now."""
    return await _run(request, "expire")


async def _run(request: web.Request, job: str) -> web.Response:
    async with acting(request) as (_, caller):
        actor = caller.actor
    return reply(JobAnswer(count=await run_job(request.app[GYM].run, actor, job)))


def _attempt(one: Attempt) -> AttemptAnswer:
    row, client = one.row, one.client
    return AttemptAnswer(
        id=row.id,
        at=row.at,
        received_at=row.received_at,
        late=one.is_late,
        outcome=row.outcome,
        code=row.code,
        method=row.method,
        counted=row.counted,
        undone=row.undone_at is not None,
        client=PersonAnswer(id=client.id, name=client.full_name) if client else None,
        kiosk_name=one.kiosk_name,
    )


def _found(client: Client) -> FoundClient:
    return FoundClient(
        id=client.id,
        name=client.full_name,
        active=client.active,
        **field_values(client, ApiPlace.SEARCH),
    )


def _card(card: ClientCard, picture: str | None) -> CardAnswer:
    client, consent = card.client, card.face.consent
    return CardAnswer(
        **_found(client).model_dump(),
        display_name=client.display_name,
        **field_values(client, ApiPlace.CARD),
        blocked_until=client.blocked_until,
        membership=_membership(card, card.latest) if card.latest else None,
        balance=card.balance,
        credit=card.credit,
        face=FaceAnswer(consent=consent is not None and consent.current, templates=card.face.templates),
        last_visits=[visit.at for visit in card.visits],
        photo_url=picture,
    )


def _membership(card: ClientCard, subscription: Subscription) -> MembershipAnswer:
    return MembershipAnswer(
        plan=subscription.plan.name,
        status=subscription.status,
        starts_on=subscription.starts_on,
        ends_on=subscription.ends_on,
        days_left=card.days_left,
        visits_left=card.visits_left,
    )
