"""A small real bot, built with aiogram: what it is told and answers differs from python-telegram-bot's ways.

Imported inside of its tests only: aiogram takes three seconds to import, which every worker would pay.
"""

from __future__ import annotations

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.methods import TelegramMethod
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    ChatMemberUpdated,
    Contact,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    Message,
    ReactionTypeEmoji,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from bot.sandbox.server import SandboxServer

EFFECT = "5046509860389126442"
MENU = InlineKeyboardMarkup(
    inline_keyboard=[
        [
            InlineKeyboardButton(text="Renew", callback_data="renew", style="success"),
            InlineKeyboardButton(text="Cancel plan", callback_data="cancel", style="danger"),
        ],
        [InlineKeyboardButton(text="Copy key", copy_text=CopyTextButton(text="@gym-key"))],
    ]
)


def make_bot(server: SandboxServer, token: str | None = None) -> Bot:
    api = TelegramAPIServer.from_base(server.url)
    return Bot(token or server.token, session=AiohttpSession(api=api))


def desk() -> Dispatcher:
    """The handlers."""
    routes = Dispatcher()
    routes["membership"] = []

    @routes.message(CommandStart())
    async def start(message: Message) -> None:
        await message.answer(
            'Your plan ends <tg-time unix="1647531900" format="r">in 3 days</tg-time>, <b>Ana</b>',
            parse_mode="HTML",
            reply_markup=MENU,
            message_effect_id=EFFECT,
        )

    @routes.message(F.photo)
    async def got_photo(message: Message, bot: Bot) -> None:
        assert message.photo is not None
        data = await bot.download(message.photo[-1])
        assert data is not None
        await message.react([ReactionTypeEmoji(emoji="👍")])
        quoted = ReplyParameters(message_id=message.message_id, quote="slip")
        await message.answer(f"{len(data.read()) > 100}", reply_parameters=quoted)

    @routes.message(F.document)
    async def got_document(message: Message) -> None:
        receipt = BufferedInputFile(b"%PDF-1.7", filename="Recibo Núñez.pdf")
        await message.reply_document(
            receipt, caption=f"for {message.document and message.document.file_name}"
        )

    @routes.message(F.contact.as_("contact"))
    async def got_contact(message: Message, contact: Contact) -> None:
        await message.answer(contact.phone_number, reply_markup=ReplyKeyboardRemove())

    @routes.message(F.text == "keys")
    async def keys(message: Message) -> None:
        share = KeyboardButton(text="Share", request_contact=True)
        await message.answer("Who are you?", reply_markup=ReplyKeyboardMarkup(keyboard=[[share]]))

    @routes.message(F.text)
    async def echo(message: Message) -> TelegramMethod[Message]:
        return message.answer(f"You said: {message.text}", reply_markup=MENU)

    @routes.callback_query(F.data == "renew")
    async def renew(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        await query.answer("Renewed")
        await query.message.edit_text("Paid until <b>May</b>", parse_mode="HTML")

    @routes.my_chat_member()
    async def membership(change: ChatMemberUpdated, membership: list[str]) -> None:
        membership.append(change.new_chat_member.status)

    return routes


def webhook_app(bot: Bot, secret: str) -> web.Application:
    """Its answers carry calls, in parts as aiogram sends them."""
    app = web.Application()
    routes = desk()
    SimpleRequestHandler(routes, bot, handle_in_background=False, secret_token=secret).register(app, "/hook")
    setup_application(app, routes, bot=bot)
    return app
