"""Methods about the bot itself: its user, names, descriptions and commands."""

from __future__ import annotations

import re

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.api.json_fields import WrongField, integer_field, object_of, parsing, text_field
from bot.sandbox.errors import BadRequest
from bot.sandbox.state.people import SandboxPerson
from bot.sandbox.state.profile import CommandScope
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json

COMMAND = re.compile(r"[a-z0-9_]+$")
MAX_COMMANDS, LONGEST_COMMAND, LONGEST_COMMAND_DESCRIPTION = 100, 32, 256
LANGUAGE = re.compile(r"(?:[a-z]{2})?$")
WIDE_SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
CHAT_SCOPES = ("chat", "chat_administrators", "chat_member")
LONGEST = {"name": 64, "description": 512, "short_description": 120}


async def get_me(state: SandboxState, arguments: Arguments) -> Json:
    return {
        **state.bot.as_user(),
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def log_out(state: SandboxState, arguments: Arguments) -> bool:
    """`logOut` and `close`: accepted, without effect here."""
    return True


async def set_my_commands(state: SandboxState, arguments: Arguments) -> bool:
    given = arguments.objects("commands", "BotCommand")
    with parsing("BotCommand"):
        pairs = [(text_field(item, "command"), text_field(item, "description")) for item in given]
    scope, language = _scope(state, arguments), _language(arguments)
    commands = [_command(name, description) for name, description in pairs]
    if len(commands) > MAX_COMMANDS:
        raise BadRequest("BOT_COMMANDS_TOO_MUCH")
    state.bot.set_commands(scope, language, commands)
    _show_commands(state, scope)
    return True


async def delete_my_commands(state: SandboxState, arguments: Arguments) -> bool:
    scope = _scope(state, arguments)
    state.bot.set_commands(scope, _language(arguments), [])
    _show_commands(state, scope)
    return True


async def get_my_commands(state: SandboxState, arguments: Arguments) -> list[Json]:
    return state.bot.commands(_scope(state, arguments), _language(arguments))


def _command(name: str, description: str) -> Json:
    name, description = name.strip().removeprefix("/"), description.strip()
    for what, text, longest in (
        ("command", name, LONGEST_COMMAND),
        ("command description", description, LONGEST_COMMAND_DESCRIPTION),
    ):
        if not text:
            raise BadRequest(f"{what} must be non-empty")
        if len(text) > longest:
            raise BadRequest(f"{what} length must not exceed {longest}")
    if not COMMAND.match(name):
        raise BadRequest("BOT_COMMAND_INVALID")
    return {"command": name, "description": description}


def _language(arguments: Arguments) -> str:
    code = arguments.text("language_code")
    if not LANGUAGE.match(code):
        raise BadRequest("invalid language code specified")
    return code


def _scope(state: SandboxState, arguments: Arguments) -> CommandScope:
    value: object = arguments.structure("scope", "BotCommandScope")
    with parsing("BotCommandScope"):
        given = object_of(
            {"type": "default"} if value in (None, "") else value, "BotCommandScope must be an Object"
        )
        kind = text_field(given, "type")
        if kind in WIDE_SCOPES:
            return CommandScope(kind)
        if kind not in CHAT_SCOPES:
            raise WrongField("Unsupported type specified")
        chat = state.chats.require(Arguments({"chat_id": text_field(given, "chat_id")}).chat())
        if kind != "chat" and isinstance(chat, SandboxPerson):
            raise BadRequest("can't use specified scope in private chats")
        member = [str(integer_field(given, "user_id"))] if kind == "chat_member" else []
    return CommandScope(":".join([kind, str(chat.id), *member]))


def _show_commands(state: SandboxState, scope: CommandScope) -> None:
    """Wake those who look at a chat whose command menu changed."""
    concerned = [scope.chat_id] if scope.chat_id else [person.id for person in state.people.everyone()]
    for chat_id in concerned:
        state.feed.next(chat_id)


def _set_text(state: SandboxState, arguments: Arguments, what: str) -> bool:
    text = arguments.text(what)
    if len(text) > LONGEST[what]:
        raise BadRequest(f"bot {what.replace('_', ' ')} is too long")
    state.bot.set_text(what, arguments.text("language_code"), text)
    return True


async def set_my_name(state: SandboxState, arguments: Arguments) -> bool:
    return _set_text(state, arguments, "name")


async def set_my_description(state: SandboxState, arguments: Arguments) -> bool:
    return _set_text(state, arguments, "description")


async def set_my_short_description(state: SandboxState, arguments: Arguments) -> bool:
    return _set_text(state, arguments, "short_description")


async def get_my_name(state: SandboxState, arguments: Arguments) -> Json:
    return {"name": state.bot.text("name", arguments.text("language_code")) or state.bot.name}


async def get_my_description(state: SandboxState, arguments: Arguments) -> Json:
    return {"description": state.bot.text("description", arguments.text("language_code"))}


async def get_my_short_description(state: SandboxState, arguments: Arguments) -> Json:
    return {"short_description": state.bot.text("short_description", arguments.text("language_code"))}
