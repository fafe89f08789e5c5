"""Faults of kiosks: pairing, names, PINs and door addresses."""

from __future__ import annotations

from gym.core.errors import Forbidden, Invalid, NotFound
from gym.core.language import N_


class KioskNotFound(NotFound):
    code = "kiosk_not_found"
    message = N_("That kiosk is not there any more. Go back and choose again.")


class PairingRefused(Invalid):
    """Wrong, used, expired or tried too often; not told which, so that guessing learns nothing."""

    code = "pairing_refused"
    message = N_("This code is wrong or has run out. Ask an admin for a new one.")


class KioskRefused(Forbidden):
    """Unknown, revoked or a wrong secret; not told which, so that guessing learns nothing."""

    code = "kiosk_refused"
    message = N_("This kiosk is not known here. Pair it again.")


class KioskNameInvalid(Invalid):
    code = "kiosk_name_invalid"
    message = N_("Write a name of 1 to 80 letters for the kiosk, such as Front door.")


class ExitPinInvalid(Invalid):
    code = "exit_pin_invalid"
    message = N_("Choose a PIN of 4 to 8 digits.")


class ExitPinWrong(Forbidden):
    code = "exit_pin_wrong"
    message = N_("That is not the PIN of this kiosk. Ask an admin.")


class DoorAddressInvalid(Invalid):
    code = "door_address_invalid"
    message = N_("Write the door's address like http://192.168.1.50/open.")
