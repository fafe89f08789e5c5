"""Payment keys at the desk: where members can send money, listed, added, ordered, hidden and removed."""

from __future__ import annotations

from typing import Final

from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.routing.router import Audience, Router
from bot.ui.buttons.menu import ManageGroup, MenuGroup
from bot.ui.buttons.transfers.payment_keys import (
    NewPaymentKey,
    OfferPaymentKey,
    PaymentKeyFirst,
    PaymentKeyList,
    RemovePaymentKey,
    ShowPaymentKey,
)
from bot.ui.keyboards import Row, button, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.security.permissions import Permission
from gym.transfers.models import PaymentKey, PaymentKeyKind
from gym.transfers.payment_keys import PaymentKeys

router = Router(Audience.STAFF)
KINDS: Final = {
    PaymentKeyKind.BRE_B: "Bre-B",
    PaymentKeyKind.NEQUI: "Nequi",
    PaymentKeyKind.DAVIPLATA: "Daviplata",
    PaymentKeyKind.PIX: "PIX",
    PaymentKeyKind.BIZUM: "Bizum",
    PaymentKeyKind.IBAN: "IBAN",
    PaymentKeyKind.OTHER: N_("Another one"),
}

router.manage(MenuGroup.MONEY, N_("🔑 Payment keys"), PaymentKeyList(), Permission.CHANGE_SETTINGS)


@router.on(PaymentKeyList)
async def payment_keys(context: UpdateContext, _: PaymentKeyList) -> None:
    async with context.unit_of_work() as uow:
        found = await PaymentKeys(uow).all()
    t = context.t
    text = t(
        "🔑 <b>Payment keys</b>\nWhere members can send money from afar, in the order in which they see them."
    )
    if not found:
        text += "\n\n" + t("There is none yet: members are told to pay at the desk.")
    rows: list[Row] = [[button(_label(one), ShowPaymentKey(one.id), wide=True)] for one in found]
    await context.show(
        Screen(
            text,
            [*rows, [button(t("➕ New key"), NewPaymentKey())], nav(t, back=ManageGroup(MenuGroup.MONEY))],
        )
    )


def _label(key: PaymentKey) -> str:
    return f"{'✅' if key.shown else '🚫'} {key.label}: {key.value}"


@router.on(ShowPaymentKey)
async def show_key(context: UpdateContext, press: ShowPaymentKey) -> None:
    async with context.unit_of_work() as uow:
        key = await PaymentKeys(uow).get(press.key_id)
    await context.show(_key_screen(context.t, key))


def _key_screen(t: HtmlTranslator, key: PaymentKey) -> Screen:
    state = N_("✅ Members are offered it.") if key.shown else N_("🚫 Members are not offered it.")
    text = t("🔑 <b>{label}</b> ({kind})\n{value}", label=key.label, kind=t(KINDS[key.kind]), value=key.value)
    offer = t("🚫 Hide") if key.shown else t("✅ Show")
    return Screen(
        f"{text}\n\n{t(state)}",
        [
            [
                button(offer, OfferPaymentKey(key.id, not key.shown)),
                button(t("⬆️ First"), PaymentKeyFirst(key.id)),
            ],
            [button(t("🗑 Remove"), RemovePaymentKey(key.id))],
            nav(t, back=PaymentKeyList()),
        ],
    )


@router.on(OfferPaymentKey)
async def offer_key(context: UpdateContext, press: OfferPaymentKey) -> None:
    async with context.unit_of_work() as uow:
        key = await PaymentKeys(uow).show(press.key_id, shown=press.shown)
    await context.show(_key_screen(context.t, key))


@router.on(PaymentKeyFirst)
async def first_key(context: UpdateContext, press: PaymentKeyFirst) -> None:
    async with context.unit_of_work() as uow:
        await PaymentKeys(uow).move_first(press.key_id)
    await payment_keys(context, PaymentKeyList())


@router.on(RemovePaymentKey)
async def remove_key(context: UpdateContext, press: RemovePaymentKey) -> None:
    async with context.unit_of_work() as uow:
        await PaymentKeys(uow).remove(press.key_id)
    await payment_keys(context, PaymentKeyList())


@router.on(NewPaymentKey)
async def new_key(context: UpdateContext, _: NewPaymentKey) -> None:
    context.identity.desk_actor.require(Permission.CHANGE_SETTINGS)
    await begin(context, PAYMENT_KEY, back=PaymentKeyList())


def _as_typed(text: str, ctx: FormContext) -> str:
    return " ".join(text.split())


async def _names(ctx: FormContext) -> list[Choice]:
    kind = ctx.value("kind", PaymentKeyKind)
    return [] if kind is PaymentKeyKind.OTHER else [Choice(KINDS[kind], KINDS[kind])]


async def _save(ctx: FormContext) -> Screen:
    async with ctx.unit_of_work() as uow:
        key = await PaymentKeys(uow).add(
            ctx.value("kind", PaymentKeyKind), ctx.value("label", str), ctx.value("value", str)
        )
    return _key_screen(ctx.t, key)


PAYMENT_KEY = router.form(
    Form(
        name="payment_key",
        title=N_("A payment key"),
        steps=[
            Step(
                "kind",
                N_("Kind"),
                N_("Which payment system?"),
                choices=[Choice(kind, label) for kind, label in KINDS.items()],
                columns=2,
            ),
            Step(
                "label",
                N_("Name"),
                N_("What do members see as its name? Of an account say whose it is."),
                parse=_as_typed,
                choices=_names,
            ),
            Step(
                "value",
                N_("Key"),
                N_("The key, number or account, as a bank's app takes it."),
                parse=_as_typed,
            ),
        ],
        submit=_save,
        confirm=N_("Save"),
    )
)
