"""Buttons of the gym's plans: the list and one plan."""

from __future__ import annotations

from uuid import UUID

from bot.ui.callbacks import Callback, callback


@callback("plans")
class PlanList(Callback):
    """List every plan of the gym."""

    page: int = 0


@callback("plan")
class PlanCard(Callback):
    """Show one plan: what it is, what it costs, what can be changed."""

    plan_id: UUID
