"""A small flow that uses everything the framework offers; its effects are rows anybody can count."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from bot.forms.definition import Choice, Form, FormContext, PhotoNote, Step
from bot.forms.opening import begin
from bot.routing.router import Audience, Router
from bot.ui.callbacks import Callback, Home, callback
from bot.ui.keyboards import button, nav, pager
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from gym.clients.models import Client
from gym.core.errors import Invalid
from gym.core.language import N_
from gym.security.permissions import Permission

router = Router(Audience.STAFF)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class NameTooShort(Invalid):
    code = "name_too_short"
    message = N_("“{text}” is too short. Type at least three letters.")


class Refused(Invalid):
    code = "refused"
    message = N_("Nobody may be called Nobody. Change the name.")


@callback("t_new")
class NewLocker(Callback):
    colour: Colour | None = None


@callback("t_cnt", changes=True)
class Knock(Callback):
    client_id: UUID


@callback("t_list")
class Names(Callback):
    page: int = 0


@callback("t_long")
class LongText(Callback):
    pass


@callback("t_pic")
class Picture(Callback):
    page: int = 0


@callback("t_boom")
class Boom(Callback):
    pass


router.home(N_("New locker"), NewLocker())
router.home(N_("Names"), Names())
router.home(N_("Long text"), LongText())
router.home(N_("Picture"), Picture())
router.home(N_("Boom"), Boom(), Permission.MANAGE_STAFF)


@router.text
async def echo(context: UpdateContext) -> None:
    await context.show(Screen(context.t("You typed {text}", text=context.text), [nav(context.t)]))


@router.on(Boom)
async def boom(context: UpdateContext, _: Boom) -> None:
    raise RuntimeError("a fault nobody thought of")


@router.on(Names)
async def names(context: UpdateContext, tap: Names) -> None:
    lines = "\n".join(f"name {tap.page * 8 + place}" for place in range(8))
    await context.show(Screen(lines, [pager(tap.page, 3, Names), nav(context.t)]))


@router.on(LongText)
async def long_text(context: UpdateContext, _: LongText) -> None:
    await context.show(Screen("\n".join(f"<b>line {n}</b> &amp; more" for n in range(400)), [nav(context.t)]))


@router.on(Picture)
async def picture(context: UpdateContext, tap: Picture) -> None:
    photo = png(tap.page) if tap.page < 2 else None
    again = button(context.t("Another"), Picture(tap.page + 1))
    await context.show(Screen(f"picture {tap.page}", [[again], nav(context.t)], photo=photo))


@router.on(Knock)
async def knock(context: UpdateContext, tap: Knock) -> None:
    async with context.unit_of_work() as uow:
        client = await uow.session.get(Client, tap.client_id)
        assert client is not None
        client.notes = f"{client.notes or ''}x"
    await context.answer(context.t("Knocked at {name}", name=client.first_name))
    await context.show(
        Screen(context.t("Knocks: {notes}", notes=client.notes), [[knock_button(tap.client_id)]])
    )


def knock_button(client_id: UUID) -> object:
    return button("Knock", Knock(client_id))


@router.on(NewLocker)
async def new_locker(context: UpdateContext, tap: NewLocker) -> None:
    await begin(context, LOCKER, {"colour": tap.colour} if tap.colour else {}, back=Names())


def read_name(text: str, ctx: FormContext) -> str:
    if len(text) < 3:
        raise NameTooShort(text=text)
    return text


async def prices(ctx: FormContext) -> list[Choice]:
    return [Choice(Decimal(1000 * n), ctx.t.money(Decimal(1000 * n))) for n in range(1, 11)]


async def look(ctx: FormContext, data: bytes) -> PhotoNote:
    return PhotoNote(ctx.t("{count} bytes, fine.", count=len(data)), {"size": len(data)})


async def save(ctx: FormContext) -> Screen | None:
    """One client per form: the key is what makes it one."""
    name = ctx.value("name", str)
    if name == "Nobody":
        raise Refused
    async with ctx.unit_of_work() as uow:
        found = await uow.session.scalar(_by_key(ctx.key))
        if found is None:
            sizes = [photo.data["size"] for photo in ctx.photos("photos")]
            note = f"{ctx.maybe('colour', Colour)} {ctx.maybe('price', Decimal)} {len(sizes)}"
            uow.session.add(
                Client(
                    first_name=name,
                    last_name=ctx.maybe("alias", str) or "-",
                    notes=note,
                    idempotency_key=ctx.key,
                    created_at=uow.now,
                    updated_at=uow.now,
                )
            )
    return Screen(ctx.t("Saved {name}.", name=name), [[button(ctx.t("Home"), Home())]])


def _by_key(key: UUID) -> object:
    from sqlalchemy import select

    return select(Client).where(Client.idempotency_key == key)


LOCKER = router.form(
    Form(
        name="locker",
        title=N_("Locker"),
        steps=[
            Step("name", N_("Name"), N_("What is the name?"), parse=read_name),
            Step("alias", N_("Alias"), N_("An alias?"), parse=read_name, optional=True),
            Step(
                "colour",
                N_("Colour"),
                N_("Which colour?"),
                choices=[Choice(Colour.RED, N_("Red")), Choice(Colour.BLUE, N_("Blue"))],
                columns=2,
            ),
            Step(
                "price",
                N_("Price"),
                N_("Which price?"),
                choices=prices,
                when=lambda ctx: ctx.maybe("colour", Colour) is Colour.RED,
            ),
            Step("photos", N_("Photos"), N_("Send photos."), photo=look, photos=(0, 3), optional=True),
        ],
        submit=save,
    )
)


def png(shade: int) -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (40, 40), (shade * 90, 80, 80)).save(out, "PNG")
    return out.getvalue()
