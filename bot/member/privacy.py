"""Face consent in the client's own chat: given and withdrawn."""

from __future__ import annotations

from bot.routing.router import Audience, Router
from bot.ui.buttons.member import AskWithdraw, GiveConsent, MyFace
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import KEEP_IT, button, nav, yes_no
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.face_consent import OUT_OF_REACH, THROUGH_TELEGRAM, answers_to_change, changed_text
from gym.core.language import N_
from gym.faces.enrolment.consent import consent_text
from gym.faces.enrolment.consent_renewal import ConsentRenewal
from gym.faces.models import ConsentMethod
from gym.faces.schemas import FaceState
from gym.faces.service import FaceRecognitionService

router = Router(Audience.MEMBER)


@callback("fbye", changes=True)
class WithdrawConsent(Callback):
    pass


router.home(N_("🙂 Face check-in"), MyFace())


@router.on(MyFace)
async def my_face(context: UpdateContext, _: MyFace) -> None:
    t, state = context.t, await _state(context)
    if state.consent is None or not state.consent.current:
        await context.show(_question(context, state))
        return
    count = t.plural("{count} photo is remembered.", "{count} photos are remembered.", state.templates)
    agreed = t("You agreed to face check-in on {at}.", at=state.consent.given_at)
    text = f"{agreed}\n{count}\n\n{t(THROUGH_TELEGRAM)}"
    await context.show(Screen(text, [[button(t("Withdraw"), AskWithdraw())], nav(t)]))


@router.started
async def text_has_changed(context: UpdateContext) -> None:
    """Whether the client agreed to an older text, and is to be asked once; until they withdraw, the face
    stays."""
    client = context.identity.client
    assert client is not None
    async with context.member_unit_of_work() as uow:
        await ConsentRenewal(uow).ask_who_has_come(client.id)


async def _state(context: UpdateContext) -> FaceState:
    client = context.identity.client
    assert client is not None
    async with context.member_unit_of_work() as uow:
        return await FaceRecognitionService(uow).state(client.id)


def _question(context: UpdateContext, state: FaceState) -> Screen:
    """The consent's text in force, with its answers."""
    t = context.t
    if state.consent is not None:
        return Screen(changed_text(t, context.settings.name), [*answers_to_change(t), nav(t)])
    text = t(consent_text(), gym=context.settings.name)
    row = yes_no(t, button(t("Yes, I agree"), GiveConsent()), MyFaceNo(), N_("No, thanks"))
    return Screen(text, [row, nav(t)])


@callback("fnope")
class MyFaceNo(Callback):
    pass


@router.on(MyFaceNo)
async def no_thanks(context: UpdateContext, _: MyFaceNo) -> None:
    t = context.t
    text = t("That is fine: your QR and your document open the door at the same hours.")
    await context.show(Screen(text, [nav(t)]))


@router.on(GiveConsent)
async def give(context: UpdateContext, _: GiveConsent) -> None:
    client = context.identity.client
    assert client is not None
    async with context.member_unit_of_work() as uow:
        await FaceRecognitionService(uow).give_consent(client.id, ConsentMethod.CHAT)
        state = await FaceRecognitionService(uow).state(client.id)
    t = context.t
    text = t("Thank you. The desk takes your photos the next time you come.")
    if state.enrolled:
        text = t("Thank you. Your face opens the door as before.")
    await context.show(Screen(text, [nav(t, back=MyFace())]))


@router.on(AskWithdraw)
async def ask_withdraw(context: UpdateContext, _: AskWithdraw) -> None:
    t = context.t
    text = t("Withdraw? Your face is forgotten at once; your QR and document still open the door.")
    text += "\n\n" + t(OUT_OF_REACH)
    rows = [yes_no(t, button(t("Forget my face"), WithdrawConsent()), MyFace(), KEEP_IT), nav(t)]
    await context.show(Screen(text, rows))


@router.on(WithdrawConsent)
async def withdraw(context: UpdateContext, _: WithdrawConsent) -> None:
    client = context.identity.client
    assert client is not None
    async with context.member_unit_of_work() as uow:
        await FaceRecognitionService(uow).withdraw_consent(client.id)
    await context.show(Screen(context.t("Done. Your face is forgotten."), [nav(context.t)]))
