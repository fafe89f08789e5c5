"""Methods of the Bot API by their lower-case names; a method that is not listed does not exist."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.api.methods import chats, copying, editing, marking, profile, sending, updates
from bot.sandbox.state.state import SandboxState

Method: TypeAlias = Callable[[SandboxState, Arguments], Awaitable[object]]

METHODS: dict[str, Method] = {
    "getme": profile.get_me,
    "logout": profile.log_out,
    "close": profile.log_out,
    "getupdates": updates.get_updates,
    "setwebhook": updates.set_webhook,
    "deletewebhook": updates.delete_webhook,
    "getwebhookinfo": updates.get_webhook_info,
    "sendmessage": sending.send_message,
    "sendphoto": sending.send_photo,
    "senddocument": sending.send_document,
    "sendmediagroup": sending.send_media_group,
    "sendchataction": sending.send_chat_action,
    "editmessagetext": editing.edit_message_text,
    "editmessagecaption": editing.edit_message_caption,
    "editmessagereplymarkup": editing.edit_message_reply_markup,
    "editmessagemedia": editing.edit_message_media,
    "deletemessage": editing.delete_message,
    "deletemessages": editing.delete_messages,
    "forwardmessage": copying.forward_message,
    "forwardmessages": copying.forward_messages,
    "copymessage": copying.copy_message,
    "copymessages": copying.copy_messages,
    "setmessagereaction": marking.set_message_reaction,
    "pinchatmessage": marking.pin_chat_message,
    "unpinchatmessage": marking.unpin_chat_message,
    "unpinallchatmessages": marking.unpin_all_chat_messages,
    "answercallbackquery": chats.answer_callback_query,
    "getchat": chats.get_chat,
    "getchatmember": chats.get_chat_member,
    "getfile": chats.get_file,
    "setmycommands": profile.set_my_commands,
    "deletemycommands": profile.delete_my_commands,
    "getmycommands": profile.get_my_commands,
    "setmyname": profile.set_my_name,
    "setmydescription": profile.set_my_description,
    "setmyshortdescription": profile.set_my_short_description,
    "getmyname": profile.get_my_name,
    "getmydescription": profile.get_my_description,
    "getmyshortdescription": profile.get_my_short_description,
}
