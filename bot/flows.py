"""All flows: every router that the bot answers with, in the order of their buttons on the home screen."""

from __future__ import annotations

from bot import home
from bot.desk import kiosks, payments, plans, subscriptions, team
from bot.member import plan, privacy, qr
from bot.routing import Router

ROUTERS: tuple[Router, ...] = (
    home.router,
    plan.router,
    qr.router,
    privacy.router,
    subscriptions.router,
    payments.router,
    plans.router,
    team.router,
    kiosks.router,
)
