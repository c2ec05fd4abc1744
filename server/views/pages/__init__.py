"""The pages: the instructors' dashboard and the kiosk, rendered here and made lively by small scripts."""

from server.views.pages import (
    access,
    assets,
    cards,
    course,
    courses,
    demo,
    gesture_models,
    gestures,
    kiosk,
    kiosks,
    live,
    my_code,
    photos,
    student,
    student_keys,
    today,
    wording,
)
from server.views.pages.blueprint import bp

__all__ = [
    "access",
    "assets",
    "bp",
    "cards",
    "course",
    "courses",
    "demo",
    "gesture_models",
    "gestures",
    "kiosk",
    "kiosks",
    "live",
    "my_code",
    "photos",
    "student",
    "student_keys",
    "today",
    "wording",
]
