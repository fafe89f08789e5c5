"""A small real bot, built with python-telegram-bot, that the sandbox's tests talk to."""

from __future__ import annotations

import io

from PIL import Image
from telegram import (
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.constants import ChatAction, ParseMode
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.sandbox.server import SandboxServer

Context = ContextTypes.DEFAULT_TYPE
MENU = InlineKeyboardMarkup(
    [
        [
            InlineKeyboardButton("Renew", callback_data="renew"),
            InlineKeyboardButton("Hello", callback_data="toast"),
        ],
        [InlineKeyboardButton("Warning", callback_data="alert")],
        [InlineKeyboardButton("Website", url="https://example.com/gym")],
        [InlineKeyboardButton("Invite", url="https://t.me/0sandbox_bot?start=invite")],
    ]
)
PLANS = InlineKeyboardMarkup(
    [
        [
            InlineKeyboardButton("Monthly", callback_data="plan:1"),
            InlineKeyboardButton("Back", callback_data="menu"),
        ]
    ]
)
KEYS = ReplyKeyboardMarkup([[KeyboardButton("Share contact", request_contact=True)], ["My plan", "My QR"]])


def square(side: int = 64, colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "PNG")
    return out.getvalue()


async def start(update: Update, context: Context) -> None:
    word = f" ({context.args[0]})" if context.args else ""
    await update.effective_message.reply_html(
        f"<b>Welcome</b>, {update.effective_user.mention_html()}{word}", reply_markup=MENU
    )


async def keys(update: Update, context: Context) -> None:
    await update.effective_message.reply_text("Here are your keys", reply_markup=KEYS)


async def ask(update: Update, context: Context) -> None:
    await update.effective_message.reply_text("Which name?", reply_markup=ForceReply())


async def picture(update: Update, context: Context) -> None:
    await context.bot.send_chat_action(update.effective_chat.id, ChatAction.UPLOAD_PHOTO)
    await update.effective_message.reply_photo(
        square(2000), caption="<i>Your QR</i>", parse_mode=ParseMode.HTML
    )


async def receipt(update: Update, context: Context) -> None:
    await update.effective_message.reply_document(b"%PDF-1.7 receipt", filename="receipt 7.pdf")


async def got_photo(update: Update, context: Context) -> None:
    file = await update.effective_message.photo[-1].get_file()
    data = await file.download_as_bytearray()
    image = Image.open(io.BytesIO(bytes(data)))
    await update.effective_message.reply_text(f"A photo of {image.width} × {image.height}")


async def got_document(update: Update, context: Context) -> None:
    document = update.effective_message.document
    data = await (await document.get_file()).download_as_bytearray()
    await update.effective_message.reply_text(f"{document.file_name}: {len(data)} bytes")


async def got_contact(update: Update, context: Context) -> None:
    contact = update.effective_message.contact
    own = contact.user_id == update.effective_user.id
    whose = "yours" if own else "somebody's"
    await update.effective_message.reply_text(
        f"{contact.phone_number} is {whose}", reply_markup=ReplyKeyboardRemove()
    )


async def echo(update: Update, context: Context) -> None:
    message = update.effective_message
    answered = message.reply_to_message
    about = f" about {answered.text}" if answered else ""
    await message.reply_text(f"You said: {message.text}{about}")


async def tapped(update: Update, context: Context) -> None:
    query = update.callback_query
    match query.data:
        case "toast":
            await query.answer("Hello there")
        case "alert":
            await query.answer("The door is open", show_alert=True)
        case "renew":
            await query.answer()
            await query.edit_message_text("Which plan?", reply_markup=PLANS)
        case "menu":
            await query.answer()
            await query.edit_message_text("Back at the menu", reply_markup=MENU)
        case _:
            await query.answer()
            await query.edit_message_text(f"<b>Paid</b> for {query.data}", parse_mode=ParseMode.HTML)


async def membership(update: Update, context: Context) -> None:
    change = update.my_chat_member
    context.bot_data.setdefault("membership", []).append(
        (change.old_chat_member.status, change.new_chat_member.status)
    )


def build(server: SandboxServer) -> Application:
    app = (
        ApplicationBuilder()
        .token(server.token)
        .base_url(server.bot_api_url)
        .base_file_url(server.bot_file_url)
        .build()
    )
    for name, handler in {
        "start": start,
        "keys": keys,
        "ask": ask,
        "qr": picture,
        "receipt": receipt,
    }.items():
        app.add_handler(CommandHandler(name, handler))
    app.add_handler(CallbackQueryHandler(tapped))
    app.add_handler(ChatMemberHandler(membership))
    app.add_handler(MessageHandler(filters.PHOTO, got_photo))
    app.add_handler(MessageHandler(filters.Document.ALL, got_document))
    app.add_handler(MessageHandler(filters.CONTACT, got_contact))
    app.add_handler(MessageHandler(filters.TEXT, echo))
    return app
