"""Faults of enrolment and consent."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from gym.core.errors import Conflict, Invalid, NotFound
from gym.core.language import N_


class FaceOwnerMissing(NotFound):
    """There is no such client, or the client is deactivated."""

    code = "client_not_found"
    message = N_("That client is not here or is deactivated. Search again.")


class ConsentMissing(Conflict):
    """No face is stored without a consent to the text in force."""

    code = "consent_missing"
    message = N_(
        "The client has not agreed to face check-in yet. Ask for consent first, in chat or on paper."
    )


class ConsentMethodWrong(Invalid):
    """A chat consent comes from the client, a paper one from staff who saw it signed."""

    code = "consent_method_wrong"
    message = N_("Clients agree in their own chat; staff records a consent signed on paper.")


class NoPhotos(Invalid):
    code = "no_photos"
    message = N_("Send at least one photo of the face. Three are best.")


class TooManyPhotos(Invalid):
    code = "too_many_photos"
    message = N_("Send at most {most} photos. Three good ones are best.")

    def __init__(self, most: int) -> None:
        super().__init__(most=most)


class ModelsMixed(Invalid):
    """Embeddings of two models cannot be compared."""

    code = "models_mixed"
    message = N_("The face model has just changed. Take the photos again.")


class NotSamePerson(Invalid):
    """Photos of one enrolment that do not look like one person; `photos` counts from 1."""

    code = "not_same_person"
    message = N_("The photos do not look like one person. Take them again, one person only.")

    def __init__(self, photos: Sequence[int]) -> None:
        super().__init__(photos=list(photos))
        self.photos = list(photos)


class NotTheClient(Invalid):
    """The new photos do not look like the face enrolled before."""

    code = "not_the_client"
    message = N_(
        "These photos do not look like the face enrolled before. Check that the right client is open; if so, "
        "remove the old face first."
    )


class PossibleDuplicate(Conflict):
    """The face looks like another client's. `client_id` is given only to whoever may see clients."""

    code = "possible_duplicate"
    message = N_("This face may belong to another client already. An admin can look and decide.")

    def __init__(self, client_id: UUID | None) -> None:
        super().__init__(**({} if client_id is None else {"client_id": client_id}))
        self.client_id = client_id


class FramesDisagree(Invalid):
    """Frames of one moment that show different people."""

    code = "frames_disagree"
    message = N_("More than one person was in the picture. Stand in front of the camera one at a time.")
