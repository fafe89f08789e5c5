"""Admin candidates: listed for admins, who confirm or refuse them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.staff import Candidate, ConfirmCandidate, RefuseCandidate, Team
from bot.ui.keyboards import nav
from bot.ui.screens import Screen, say_error
from bot.ui.update_context import UpdateContext
from bot.ui.wording.candidates import answers, outcome_text, waiting_text
from gym.staff.candidates import CandidateService, candidate_details
from gym.staff.errors import CandidateDecided, CandidateExpired
from gym.staff.models import CandidateState

router = Router(Audience.STAFF)


@router.on(Candidate)
async def candidate(context: UpdateContext, press: Candidate) -> None:
    """The question with its answers, or how it ended."""
    async with context.unit_of_work() as uow:
        service = CandidateService(uow)
        one = await service.get(press.candidate_id)
        candidate, until = candidate_details(one), service.until(one)
        waits = service.is_waiting(one)
    t, back = context.t, nav(context.t, back=Team())
    if waits:
        await context.show(Screen(waiting_text(t, candidate, until), [answers(t, one.id), back]))
    elif one.state is CandidateState.WAITING:
        await context.show(Screen(say_error(t, CandidateExpired(one.name)), [back]))
    else:
        await context.show(Screen(outcome_text(t, candidate), [back]))


@router.on(ConfirmCandidate)
async def confirm(context: UpdateContext, press: ConfirmCandidate) -> None:
    async def work(service: CandidateService) -> None:
        await service.confirm(press.candidate_id)

    await _decide(context, press.candidate_id, work)


@router.on(RefuseCandidate)
async def refuse(context: UpdateContext, press: RefuseCandidate) -> None:
    async def work(service: CandidateService) -> None:
        await service.refuse(press.candidate_id)

    await _decide(context, press.candidate_id, work)


async def _decide(
    context: UpdateContext, key: UUID, work: Callable[[CandidateService], Awaitable[None]]
) -> None:
    """Confirm or refuse; where another admin was faster, show how it ended."""
    try:
        await context.run(lambda uow: work(CandidateService(uow)))
    except (CandidateDecided, CandidateExpired) as error:
        await context.answer(say_error(context.t, error), alert=True)
    await go(context, Candidate(key))
