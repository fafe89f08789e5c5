"""What can be wrong with a ZIP of photos, and with one file in it."""

from __future__ import annotations

from gym.core.errors import Conflict, Invalid
from gym.core.language import N_


class PhotosUnreadable(Invalid):
    """Damaged, empty, or no ZIP."""

    code = "import_photos_unreadable"
    message = N_("There are no photos in that file. Send a ZIP with one photo or more of each person.")


class PhotosTooMany(Invalid):
    code = "import_photos_too_many"
    message = N_("That ZIP holds more than {limit} files. Split it.")

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)


class PhotosSuspicious(Invalid):
    """A ZIP made to fill memory or disk: files that overlap, or unpack to a hundred times their size."""

    code = "import_photos_suspicious"
    message = N_("That ZIP would unpack to far more than photos do. Make it anew from the photos.")


class PhotoLocked(Invalid):
    """Encrypted inside the ZIP."""

    code = "import_photo_locked"
    message = N_("This file has a password. Make the ZIP without one.")


class PhotoExpected(Invalid):
    """A list, a document or another ZIP among the photos."""

    code = "import_photo_expected"
    message = N_("This is no photo. Send a list of people by itself, before the photos.")


class PhotoHidden(Invalid):
    """Below a folder, or with a name, that begins with a dot."""

    code = "import_photo_hidden"
    message = N_(
        "This file is hidden: its name or its folder's begins with a dot. Rename it to have it read."
    )


class PhotoOwnerUnknown(Invalid):
    code = "import_photo_owner_unknown"
    message = N_("Nobody is registered with this document or card. Name the file after one of them.")


class PhotoOwnerUnclear(Invalid):
    """Two clients have documents of this number, of different types."""

    code = "import_photo_owner_unclear"
    message = N_("Several people have this number. Write the type of document before it, such as CE 123456.")


class PhotoWithoutConsent(Conflict):
    """Kept for nobody: the photo is read only once the person has agreed."""

    code = "import_photo_without_consent"
    message = N_(
        "{client} has not agreed to face check-in yet. Once they have, send the photo again, or take one."
    )

    def __init__(self, client: str) -> None:
        super().__init__(client=client)


class PhotoSurplus(Invalid):
    code = "import_photo_surplus"
    message = N_("Of one person {limit} photos are enough; this one was not used.")

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)


class PhotoOf(Conflict):
    """The face of another client: twins, or a photo under the wrong number."""

    code = "import_photo_of_another"
    message = N_("This looks like {client}, who has a face already. Check whose photo it is.")

    def __init__(self, client: str) -> None:
        super().__init__(client=client)
