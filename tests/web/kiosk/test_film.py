"""The film before the camera of a page: the picture that a test has taken, ten times a second."""

from __future__ import annotations

import cv2
import numpy as np

from tests.support.cameras import film_of
from tests.support.kiosk_page import in_view
from tests.support.people import people


def test_a_film_shows_its_picture_ten_times_a_second_in_its_own_colours() -> None:
    view = in_view(people()[0].portrait)
    head, frame = film_of(view).split(b"FRAME\n", 1)
    assert head.split()[:4] == [b"YUV4MPEG2", b"W1280", b"H720", b"F10:1"]
    planes = np.frombuffer(frame, np.uint8).reshape(1080, 1280)
    shown = cv2.cvtColor(planes, cv2.COLOR_YUV2BGR_I420).astype(int)
    taken = cv2.imdecode(np.frombuffer(view, np.uint8), cv2.IMREAD_COLOR)
    assert taken is not None
    assert np.abs(shown - taken).mean() < 3
