"""Quiet hours: when a message that can wait may leave. A pure rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gym.settings.schemas import GymSettings


def after_quiet(moment: datetime, settings: GymSettings) -> datetime:
    """The moment itself, or the end of the quiet hours it falls into. Equal limits mean no quiet hours."""
    begins, ends = settings.quiet_from, settings.quiet_until
    local = moment.astimezone(settings.zone)
    hour = local.time()
    over_midnight = begins > ends
    quiet = (hour >= begins or hour < ends) if over_midnight else begins <= hour < ends
    if not quiet:
        return moment
    day = local.date() if hour < ends else local.date() + timedelta(days=1)
    return datetime.combine(day, ends, settings.zone).astimezone(UTC)
