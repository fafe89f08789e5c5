"""Methods that receive: long poll, webhook."""

from __future__ import annotations

import re

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.api.webhook_delivery import TOPIC
from bot.sandbox.errors import BadRequest, BotApiError
from bot.sandbox.loopback import loopback_url
from bot.sandbox.state.profile import WebhookAddress
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json

LONGEST_POLL_SECONDS = 50
LONGEST_SECRET = 256  # core.telegram.org/bots/api#setwebhook
SECRET = re.compile(r"[A-Za-z0-9_-]*$")
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active;"
    " use deleteWebhook to delete the webhook first"
)


async def get_updates(state: SandboxState, arguments: Arguments) -> list[Json]:
    if state.bot.webhook().url:
        raise BotApiError(409, WEBHOOK_ACTIVE)
    _allow(state, arguments)
    offset = arguments.integer("offset") or 0
    if offset > 0:
        state.updates.confirm_below(offset)
    elif offset < 0:
        state.updates.keep_last(-offset)
    asked = arguments.integer("limit")
    limit = min(max(100 if asked is None else asked, 1), 100)
    seconds = min(arguments.integer("timeout") or 0, LONGEST_POLL_SECONDS)
    return await state.updates.poll(limit, seconds)


def _allow(state: SandboxState, arguments: Arguments) -> None:
    """Remember the kinds asked for; what is no array is passed over, as at Telegram."""
    try:
        kinds = arguments.structure("allowed_updates")
    except BadRequest:
        return
    if isinstance(kinds, list):
        state.updates.allow([str(kind) for kind in kinds])


async def set_webhook(state: SandboxState, arguments: Arguments) -> bool:
    url = arguments.text("url")
    if url and loopback_url(url) is None:
        raise BadRequest("bad webhook: the sandbox delivers to this computer only")
    secret = arguments.text("secret_token")
    if len(secret) > LONGEST_SECRET:
        raise BadRequest("secret token is too long")
    if not SECRET.match(secret):
        raise BadRequest("secret token contains unallowed characters")
    _allow(state, arguments)
    if arguments.flag("drop_pending_updates"):
        state.updates.confirm_all()
    connections = arguments.integer("max_connections") or 40
    state.bot.set_webhook(WebhookAddress(url, secret, connections))
    state.signals.ring(TOPIC)
    return True


async def delete_webhook(state: SandboxState, arguments: Arguments) -> bool:
    if arguments.flag("drop_pending_updates"):
        state.updates.confirm_all()
    state.bot.set_webhook(WebhookAddress())
    state.signals.ring(TOPIC)
    return True


async def get_webhook_info(state: SandboxState, arguments: Arguments) -> Json:
    webhook = state.bot.webhook()
    info: Json = {
        "url": webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": state.updates.count(),
        "allowed_updates": state.store.recall("allowed_updates", []),
    }
    if webhook.url:
        info["max_connections"] = webhook.max_connections
    if webhook.last_error_date is not None:
        info |= {
            "last_error_date": webhook.last_error_date,
            "last_error_message": webhook.last_error_message,
        }
    return info
