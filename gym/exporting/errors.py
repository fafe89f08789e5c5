"""What can be wrong with an export that is to be read back."""

from __future__ import annotations

from gym.core.errors import Conflict, Invalid
from gym.core.language import N_


class ExportUnreadable(Invalid):
    """Damaged, or not an export of PowerGym's."""

    code = "export_unreadable"
    message = N_("That file is damaged, or no export of PowerGym's. Nothing was changed.")


class ExportFromFuture(Invalid):
    code = "export_from_future"
    message = N_("That export is of a newer release. Update first, then read it.")


class GymNotEmpty(Conflict):
    """Two gyms cannot be one: receipts and people would stand there twice."""

    code = "gym_not_empty"
    message = N_("This gym has clients, plans or money already. An export is read into an empty gym only.")


class ExportTooLargeForChat(Invalid):
    """More than Telegram takes from a bot."""

    code = "export_too_large_for_chat"
    message = N_(
        "The export is over 50 MB, more than Telegram takes from a bot. Make it on the gym's computer with"
        " python -m gym export --all."
    )
