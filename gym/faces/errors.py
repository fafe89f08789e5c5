"""Faults of photos, with the same codes in the chat, the API and the kiosk."""

from __future__ import annotations

from gym.core.errors import GymError, Invalid
from gym.core.language import N_


class PhotoFault(GymError):
    """A photo that cannot be used; the message says how to take a better one."""


class NotAnImage(PhotoFault):
    code = "not_an_image"
    status = 415
    message = N_("That is not a picture. Send a JPEG, PNG, WebP, HEIC or AVIF photo.")


class PhotoTooLarge(PhotoFault):
    code = "photo_too_large"
    status = 413
    message = N_("That photo is too large. Send one of at most 10 MB and 50 megapixels.")


class PhotoUnreadable(PhotoFault):
    code = "photo_unreadable"
    status = 400
    message = N_("That photo is damaged or animated. Take a new one and send it again.")


class NoFace(PhotoFault, Invalid):
    code = "no_face"
    message = N_("No face was found. Look at the camera from the front, with light on your face.")


class SeveralFaces(PhotoFault, Invalid):
    code = "several_faces"
    message = N_("There are several faces. Only one person should be in the picture.")


class FaceTooSmall(PhotoFault, Invalid):
    code = "face_too_small"
    message = N_("The face is too small. Come closer and send another photo.")


class TooDark(PhotoFault, Invalid):
    code = "too_dark"
    message = N_("The face is too dark. Turn towards the light and send another photo.")


class TooBright(PhotoFault, Invalid):
    code = "too_bright"
    message = N_("The face is too bright. Step out of the glare and send another photo.")


class Blurred(PhotoFault, Invalid):
    code = "blurred"
    message = N_("The photo is blurred. Hold still and send another one.")


class TurnedAway(PhotoFault, Invalid):
    code = "turned_away"
    message = N_("The face is turned away. Look straight at the camera and send another photo.")


class FaceCutOff(FaceTooSmall):
    """Too near the edge of the picture to judge whether it is live; the API's code is the same."""

    message = N_("The picture ends too near to the face. Step back, and keep the face in the middle.")


class SpoofSuspected(PhotoFault, Invalid):
    """Liveness said no to a photo that should be remembered."""

    code = "spoof_suspected"
    message = N_("That looks like a picture of a picture. Take the photo of the person, in even light.")


class FaceCovered(TurnedAway):
    """Part of the face cannot be seen; the API's code is the same, what to do differs."""

    message = N_("Something covers the face. Take off the mask or scarf and send another photo.")
