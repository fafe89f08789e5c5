"""Proofs of payment of members: a picture, a PDF or a number, and the question what it is the proof of."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.forms.state import FormState
from bot.routing.navigation import routes_of
from bot.routing.router import Audience, Occasion, Router
from bot.ui.buttons.member import MyPlan
from bot.ui.buttons.transfers.paying import TypeTransferNumber
from bot.ui.keyboards import nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.transfers.models import PaymentProof, ProofKind, TransferQuote
from gym.transfers.quotes import TransferQuotes
from gym.transfers.schemas import AwaitedQuote, SentProof
from gym.transfers.service import ProofService

router = Router(Audience.MEMBER)
ALBUM: Final = timedelta(minutes=1)
"""How soon the others of an album follow its first picture; Telegram sends each as a message of its own."""


# Pictures and files ───────────────────────────────────────────────────────────────────────────────────────


@router.photo
async def photo(context: UpdateContext) -> None:
    """A picture is the proof of what the member was quoted last week, while it is not paid."""
    await _take_file(context)


@router.document
async def document(context: UpdateContext) -> None:
    await _take_file(context)


@router.spare_file
async def spare_file(context: UpdateContext) -> bool:
    """A slip of somebody who works here and trains too: always asked about, for staff send many pictures."""
    waiting = await _waiting(context)
    file = await _file(context) if waiting else None
    if file is None:
        return False
    if not await _is_answered(context, waiting, file):
        await _ask(context, waiting, file)
    return True


async def _take_file(context: UpdateContext) -> None:
    """Send it where there is no doubt what it is for; else ask, and take nobody's first proof away."""
    waiting = await _waiting(context)
    file = await _file(context) if waiting else None
    if file is None:
        await _unread(context)
    elif await _is_answered(context, waiting, file):
        return
    elif len(waiting) == 1 and waiting[0].sent is None:
        async with context.member_unit_of_work() as uow:
            proof = await ProofService(uow).send(waiting[0].quote.id, file)
        await context.show(_received(context.t, proof))
    else:
        await _ask(context, waiting, file)


FIRST_ONLY: Final = N_(
    "The gym looks at one picture for a payment, and I have taken the first of these. To send another one"
    " instead, send it alone."
)


async def _waiting(context: UpdateContext) -> Sequence[AwaitedQuote]:
    client = context.identity.client
    assert client is not None, "the router lets in nobody else"
    async with context.member_unit_of_work() as uow:
        return await TransferQuotes(uow).awaiting_proof(client.id)


async def _file(context: UpdateContext) -> SentProof | None:
    """The picture or file that came, with its digest."""
    message = context.message
    file_id = context.photo_id or (message.document.file_id if message and message.document else None)
    if message is None or file_id is None:
        return None
    kind = ProofKind.PICTURE if message.photo else ProofKind.DOCUMENT
    digest = hashlib.sha256(await context.download(file_id)).hexdigest()
    return SentProof(kind, file_id=file_id, digest=digest)


async def _is_answered(context: UpdateContext, waiting: Sequence[AwaitedQuote], file: SentProof) -> bool:
    """Answer a file that is a proof already, and the further pictures of an album."""
    known = _known(waiting, file)
    if known is not None:
        await context.show(_received(context.t, known))
    elif _is_rest_of_album(context, waiting):
        await context.show(Screen(context.t(FIRST_ONLY), [nav(context.t)]))
    else:
        return False
    return True


def _known(waiting: Sequence[AwaitedQuote], file: SentProof) -> PaymentProof | None:
    """The open proof that this very file was: an update that is handled again asks nothing."""
    return next((one.sent for one in waiting if one.sent and one.sent.digest == file.digest), None)


def _is_rest_of_album(context: UpdateContext, waiting: Sequence[AwaitedQuote]) -> bool:
    """Whether the first picture of this album has become a proof, or is asked about."""
    album = context.message.media_group_id if context.message else None
    if album is None:
        return False
    draft = context.draft
    if draft is not None and draft.form == WHICH.name:
        return FormState.of(draft).values.get("album") == album
    return any(one.sent is not None and context.now - one.sent.sent_at < ALBUM for one in waiting)


async def _unread(context: UpdateContext) -> None:
    """As for whatever else nobody reads here."""
    route = routes_of(context).occasion(Occasion.UNREAD, context.identity)
    assert route is not None, "home answers it"
    await route.handler(context)


def _received(t: HtmlTranslator, proof: PaymentProof) -> Screen:
    text = t(
        "✅ <b>The gym has your proof of {amount}.</b> Somebody looks at it and you get the receipt here; if"
        " the money is not found, I tell you too.",
        amount=proof.expected,
    )
    return Screen(text, [nav(t)])


# What it is for ───────────────────────────────────────────────────────────────────────────────────────────


async def _ask(context: UpdateContext, waiting: Sequence[AwaitedQuote], file: SentProof) -> None:
    values: dict[str, object] = {"file_id": file.file_id, "digest": file.digest, "kind": file.kind.value}
    album = context.message.media_group_id if context.message else None
    await begin(context, WHICH, values | {"album": album, "count": len(waiting)}, back=MyPlan())


async def _ask_which(ctx: FormContext) -> str:
    if ctx.value("count", int) == 1:
        return ctx.t("Is this the proof of that payment? 🔁: it takes the place of the one that the gym has.")
    return ctx.t("Of which payment is this the proof? 🔁: it takes the place of the one that the gym has.")


async def _payments(ctx: FormContext) -> list[Choice]:
    return [Choice(one.quote.id, _payment_label(ctx.t, one)) for one in await _waiting(ctx.context)]


def _payment_label(t: HtmlTranslator, one: AwaitedQuote) -> str:
    quote: TransferQuote = one.quote
    label = f"{quote.plan_name or t('Debts')} · {t.money(quote.amount)} · {quote.reference}"
    return label if one.sent is None else f"🔁 {label}"


async def _send_file(ctx: FormContext) -> Screen:
    sent = SentProof(
        ctx.value("kind", ProofKind), file_id=ctx.value("file_id", str), digest=ctx.value("digest", str)
    )
    async with ctx.member_unit_of_work() as uow:
        proof = await ProofService(uow).send(ctx.value("quote_id", UUID), sent)
    return _received(ctx.t, proof)


WHICH = router.form(
    Form(
        name="transfer_proof",
        title=N_("Proof of payment"),
        steps=[Step("quote_id", N_("Payment"), _ask_which, choices=_payments)],
        submit=_send_file,
        confirm=None,
    )
)


# The number ───────────────────────────────────────────────────────────────────────────────────────────────


@router.on(TypeTransferNumber)
async def type_number(context: UpdateContext, press: TypeTransferNumber) -> None:
    await begin(context, NUMBER, {"quote_id": press.quote_id}, back=MyPlan())


def _as_typed(text: str, ctx: FormContext) -> str:
    return " ".join(text.split())


async def _send_number(ctx: FormContext) -> Screen:
    sent = SentProof(ProofKind.NUMBER, number=ctx.value("number", str))
    async with ctx.member_unit_of_work() as uow:
        proof = await ProofService(uow).send(ctx.value("quote_id", UUID), sent)
    return _received(ctx.t, proof)


NUMBER = router.form(
    Form(
        name="transfer_number",
        title=N_("The number of the transfer"),
        steps=[
            Step(
                "number",
                N_("Number"),
                N_("Which number did your bank give the transfer? Write it as it stands there."),
                parse=_as_typed,
            )
        ],
        submit=_send_number,
        confirm=None,
    )
)
