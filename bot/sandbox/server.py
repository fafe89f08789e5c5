"""The sandbox server: Bot API, control API and chat page on one loopback port."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.sandbox.api.bot_api import BotApi
from bot.sandbox.api.webhook_delivery import WebhookDelivery
from bot.sandbox.control.control_api import ControlApi
from bot.sandbox.control.hooks import SandboxHooks
from bot.sandbox.errors import BotApiError, ForeignOrigin, NotLoopback, explain
from bot.sandbox.loopback import is_foreign, is_loopback
from bot.sandbox.state.conditions.flood_limits import FloodLimits
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json
from bot.sandbox.token import kept_token
from gym.core.errors import GymError

__all__ = ["SandboxHooks", "SandboxServer"]

SANDBOX_USERNAME = "0sandbox_bot"
"""No Telegram name begins with a digit: a real phone that scans a QR of the sandbox finds nobody."""
PAGE = Path(__file__).parent / "page"
NO_HOOKS = SandboxHooks()
MAX_BODY_BYTES = 64 * 1024 * 1024
"""More than the Bot API's 50 MB, so that its own refusal is given."""
KEEPALIVE_SECONDS = 600.0
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
        " media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}


def _error(status: int, code: str, message: str, details: Json) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message, "details": details}}, status=status)


@web.middleware
async def own_pages_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse pages of other sites, at the Bot API and the control API alike."""
    if not is_foreign(request):
        return await handler(request)
    refusal = ForeignOrigin()
    if request.path.startswith("/sandbox/api/"):
        return _error(refusal.status, refusal.code, explain(refusal), {})
    description = f"Forbidden: {explain(refusal)}"
    body = {"ok": False, "error_code": refusal.status, "description": description}
    return web.json_response(body, status=refusal.status)


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every refusal of the control API in one shape."""
    try:
        return await handler(request)
    except GymError as error:
        details = {name: str(value) for name, value in error.context.items()}
        return _error(error.status, error.code, explain(error), details)
    except BotApiError as error:
        return _error(error.status, "refused", error.description, {})
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _error(error.status, error.reason.lower().replace(" ", "_"), error.reason, {})


async def add_page_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(PAGE_HEADERS)
    response.headers.setdefault("Cache-Control", "no-cache")


class SandboxServer:
    """Start it, point a bot at `bot_api_url`, open `page_url`.

    With a `store_path` everything, unconfirmed updates included, survives a `kill -9`; without, it lives in
    memory. So does the bot's token, which is random: `token` is what the server's own process asks for, a
    script reads the file beside the store or asks the control API (`GET /sandbox/api/bot`). `limits` are
    Telegram's flood limits, which are off until asked for.
    """

    def __init__(
        self,
        *,
        store_path: Path | None,
        token: str | None = None,
        bot_username: str = SANDBOX_USERNAME,
        hooks: SandboxHooks = NO_HOOKS,
        limits: FloodLimits | None = None,
    ) -> None:
        self.token = token or kept_token(store_path)
        self.url = ""
        self._state = SandboxState(store_path, self.token, bot_username, limits)
        self._control = ControlApi(self._state, hooks)
        self._bot_api = BotApi(self._state)
        self._webhook = WebhookDelivery(self._state, self._bot_api.obey)
        self._runner: web.AppRunner | None = None

    @property
    def page_url(self) -> str:
        return f"{self.url}/"

    @property
    def bot_api_url(self) -> str:
        """What python-telegram-bot calls `base_url`."""
        return f"{self.url}/bot"

    @property
    def bot_file_url(self) -> str:
        """What python-telegram-bot calls `base_file_url`."""
        return f"{self.url}/file/bot"

    def set_claim_link(self, url: str | None) -> None:
        """Set the link that makes the first person the owner; the page offers it until it was used."""
        self._control.claim_url = url

    def set_hooks(self, hooks: SandboxHooks) -> None:
        """Set the hooks after the start, when the gym is open."""
        self._control.hooks = hooks

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Raises NotLoopback for any address another computer could reach."""
        if not is_loopback(host):
            raise NotLoopback(host)
        await self._control.listen_to_clock()
        self._runner = web.AppRunner(
            self._application(), access_log=None, shutdown_timeout=2.0, keepalive_timeout=KEEPALIVE_SECONDS
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        bound_host, bound_port = self._runner.addresses[0][:2]
        self.url = f"http://{f'[{bound_host}]' if ':' in bound_host else bound_host}:{bound_port}"
        self._webhook.start()

    async def stop(self) -> None:
        await self._webhook.stop()
        self._state.signals.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self._state.close()

    def _application(self) -> web.Application:
        app = web.Application(middlewares=[own_pages_only, errors_as_json], client_max_size=MAX_BODY_BYTES)
        app.on_response_prepare.append(add_page_headers)
        app.add_routes(self._bot_api.routes())
        app.add_routes(self._control.routes())
        app.router.add_get("/", self._index)
        app.router.add_static("/page", PAGE)
        return app

    async def _index(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE / "index.html")
