"""The bot about itself: who it is, its names, its commands."""

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


async def get_me(world: SandboxState, arguments: Arguments) -> Json:
    return {
        **world.bot.as_user(),
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def log_out(world: SandboxState, arguments: Arguments) -> bool:
    """`logOut` and `close`: accepted, without effect here."""
    return True


async def set_my_commands(world: SandboxState, arguments: Arguments) -> bool:
    given = arguments.objects("commands", "BotCommand")
    if len(given) > MAX_COMMANDS:
        raise BadRequest("BOT_COMMANDS_TOO_MUCH")
    commands = [_command(command) for command in given]
    scope = _scope(world, arguments)
    world.bot.set_commands(scope, arguments.text("language_code"), commands)
    _show_commands(world, scope)
    return True


async def delete_my_commands(world: SandboxState, arguments: Arguments) -> bool:
    scope = _scope(world, arguments)
    world.bot.set_commands(scope, arguments.text("language_code"), [])
    _show_commands(world, scope)
    return True


async def get_my_commands(world: SandboxState, arguments: Arguments) -> list[Json]:
    return world.bot.commands(_scope(world, arguments), arguments.text("language_code"))


def _command(command: Json) -> Json:
    name = COMMAND.match(str(command.get("command", "")))
    description = str(command.get("description", ""))
    if name is None:
        raise BadRequest("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise BadRequest("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name.group(1), "description": description}


def _scope(world: SandboxState, arguments: Arguments) -> CommandScope:
    scope = CommandScope.of(arguments.mapping("scope", "BotCommandScope"))
    if scope.chat_id is not None:
        world.chats.require(scope.chat_id)
    return scope


def _show_commands(world: SandboxState, scope: CommandScope) -> None:
    """Wake whoever looks at a chat whose command menu changed."""
    concerned = [scope.chat_id] if scope.chat_id else [person.id for person in world.people.everyone()]
    for chat_id in concerned:
        world.feed.next(chat_id)


def _set_text(world: SandboxState, arguments: Arguments, what: str) -> bool:
    text = arguments.text(what)
    if len(text) > LONGEST[what]:
        raise BadRequest(f"bot {what.replace('_', ' ')} is too long")
    world.bot.set_text(what, arguments.text("language_code"), text)
    return True


async def set_my_name(world: SandboxState, arguments: Arguments) -> bool:
    return _set_text(world, arguments, "name")


async def set_my_description(world: SandboxState, arguments: Arguments) -> bool:
    return _set_text(world, arguments, "description")


async def set_my_short_description(world: SandboxState, arguments: Arguments) -> bool:
    return _set_text(world, arguments, "short_description")


async def get_my_name(world: SandboxState, arguments: Arguments) -> Json:
    return {"name": world.bot.text("name", arguments.text("language_code")) or world.bot.name}


async def get_my_description(world: SandboxState, arguments: Arguments) -> Json:
    return {"description": world.bot.text("description", arguments.text("language_code"))}


async def get_my_short_description(world: SandboxState, arguments: Arguments) -> Json:
    return {"short_description": world.bot.text("short_description", arguments.text("language_code"))}
