"""My account: a staff member's own name, language, API password and membership."""

from __future__ import annotations

from uuid import UUID

from bot.desk.admin.team import ROLES
from bot.forms.definition import Form, FormContext, Step
from bot.forms.opening import begin
from bot.routing.navigation import routes_of
from bot.routing.router import Audience, Router
from bot.ui.buttons.menu import ManageGroup, MenuGroup
from bot.ui.buttons.settings import Languages
from bot.ui.buttons.staff import SignIns, SignInsOf
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Row, button, grid, nav
from bot.ui.links import page_screen
from bot.ui.screens import Html, HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.terms import LANGUAGE_NAMES
from gym.core.language import N_
from gym.settings.addresses import web_address
from gym.staff.models import Staff
from gym.staff.service import StaffService, parse_staff_name

router = Router(Audience.STAFF)
PASSWORD_PAGE = "/password?start="  # noqa: S105 - the page's path


@callback("me")
class MyAccount(Callback):
    """Show my account."""


@callback("mename")
class RenameMe(Callback):
    """Ask for another name."""


@callback("mepass", changes=True)
class PasswordLink(Callback):
    """Make a new link to the page where the password is chosen; an older one ends."""


@callback("memem")
class MyMembership(Callback):
    """Show what the gym's members see, for staff who train here."""


router.manage(MenuGroup.SYSTEM, N_("👤 My account"), MyAccount())


@router.on(MyAccount)
async def account(context: UpdateContext, _: MyAccount) -> None:
    staff = context.identity.staff
    assert staff is not None
    await context.show(_screen(context.t, staff))


def _screen(t: HtmlTranslator, staff: Staff, heading: str = "") -> Screen:
    text = t(
        "🙋 <b>{name}</b>\n{role}\nLanguage: {language}\nUser name: {username}",
        name=staff.name,
        role=Html(t(ROLES[staff.role])),
        language=LANGUAGE_NAMES.get(staff.language, staff.language),
        username=staff.username or "–",
    )
    rows: list[Row] = [
        [button(t("✏️ Name"), RenameMe()), button(t("🌐 Language"), Languages())],
        *grid([
            button(t("🔑 API password"), PasswordLink()),
            button(t("🏋️ My membership"), MyMembership()),
            button(t("🔐 Sign-ins"), SignIns(staff.id, SignInsOf.OWN)),
        ]),
    ]  # fmt: skip
    return Screen(
        f"{heading}\n\n{text}" if heading else text, [*rows, nav(t, back=ManageGroup(MenuGroup.SYSTEM))]
    )


@router.on(MyMembership)
async def my_membership(context: UpdateContext, _: MyMembership) -> None:
    """The buttons of the member's own home screen."""
    t = context.t
    if context.identity.client is None:
        text = t(
            "🏋️ This chat is not linked to a membership.\n\nTrain here too? Let a colleague register you or "
            "open your card, tap <b>Chat link</b>, and scan it with this phone."
        )
        await context.show(Screen(text, [nav(t, back=MyAccount())]))
        return
    doors = routes_of(context).home(context.identity)
    own = [button(t(door.label), door.callback) for door in doors if door.audience is Audience.MEMBER]
    text = t("🏋️ <b>My membership</b>\n{name}", name=context.identity.client.full_name)
    await context.show(Screen(text, [*grid(own), nav(t, back=MyAccount())]))


# The password ─────────────────────────────────────────────────────────────────────────────────────────────


@router.on(PasswordLink)
async def password_link(context: UpdateContext, _: PasswordLink) -> None:
    """A link to a page: a password typed into the chat would stay there."""
    async with context.unit_of_work() as uow:
        issued = await StaffService(uow).password_link()
        host = web_address(context.gym.config, uow.settings)
    t = context.t
    how = t(
        "🔑 Choose your API password on this page. It works once, for 30 minutes; an older link has ended."
    )
    back = [nav(t, back=MyAccount())]
    await context.show(await page_screen(context, how, host, f"{PASSWORD_PAGE}{issued.token}", back))


# The name ─────────────────────────────────────────────────────────────────────────────────────────────────


@router.on(RenameMe)
async def rename_me(context: UpdateContext, _: RenameMe) -> None:
    staff = context.identity.staff
    assert staff is not None
    await begin(context, NAME, {"staff_id": staff.id}, back=MyAccount())


def _read_name(text: str, ctx: FormContext) -> str:
    return parse_staff_name(text)


async def _rename(ctx: FormContext) -> Screen:
    async with ctx.unit_of_work() as uow:
        staff = await StaffService(uow).rename(ctx.value("staff_id", UUID), ctx.value("name", str))
    return _screen(ctx.t, staff, ctx.t("✅ You are called {name} now.", name=staff.name))


NAME = router.form(
    Form(
        name="own_name",
        title=N_("My name"),
        steps=[Step("name", N_("Name"), N_("How shall colleagues and receipts call you?"), parse=_read_name)],
        submit=_rename,
        confirm=None,
    )
)
