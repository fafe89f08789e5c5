"""All flows: every router that the bot answers with, in the order of their buttons on the home screen."""

from __future__ import annotations

from bot import home
from bot.desk import (
    check_in,
    clients,
    enrolment,
    history,
    kiosks,
    linking,
    payments,
    plans,
    profile,
    registration,
    subscriptions,
    team,
)
from bot.member import plan, privacy, qr
from bot.routing import Router

ROUTERS: tuple[Router, ...] = (
    home.router,
    check_in.router,
    registration.router,
    clients.router,
    history.router,
    profile.router,
    linking.router,
    enrolment.router,
    plan.router,
    qr.router,
    privacy.router,
    subscriptions.router,
    payments.router,
    plans.router,
    team.router,
    kiosks.router,
)
