"""Methods about the bot itself: its user, names, descriptions and commands."""

from __future__ import annotations

import re

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.errors import BadRequest
from bot.sandbox.state.profile import CommandScope
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json

COMMAND = re.compile(r"/?([a-z0-9_]{1,32})$")
MAX_COMMANDS = 100
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
    if len(given) > MAX_COMMANDS:
        raise BadRequest("BOT_COMMANDS_TOO_MUCH")
    commands = [_command(command) for command in given]
    scope = _scope(state, arguments)
    state.bot.set_commands(scope, arguments.text("language_code"), commands)
    _show_commands(state, scope)
    return True


async def delete_my_commands(state: SandboxState, arguments: Arguments) -> bool:
    scope = _scope(state, arguments)
    state.bot.set_commands(scope, arguments.text("language_code"), [])
    _show_commands(state, scope)
    return True


async def get_my_commands(state: SandboxState, arguments: Arguments) -> list[Json]:
    return state.bot.commands(_scope(state, arguments), arguments.text("language_code"))


def _command(command: Json) -> Json:
    name = COMMAND.match(str(command.get("command", "")))
    description = str(command.get("description", ""))
    if name is None:
        raise BadRequest("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise BadRequest("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name.group(1), "description": description}


def _scope(state: SandboxState, arguments: Arguments) -> CommandScope:
    scope = CommandScope.of(arguments.mapping("scope", "BotCommandScope"))
    if scope.chat_id is not None:
        state.chats.require(scope.chat_id)
    return scope


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
