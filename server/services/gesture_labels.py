"""What a gesture model's labels mean: words that everybody understands, and words that somebody explained."""

import unicodedata
from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Invalid
from server.models import Gesture, GestureLabelMeaning

WORDS: dict[Gesture, str] = {
    Gesture.CAPTURE: (
        "capture, check in, checkin, start, photo, take photo, picture, shoot, snap, arms up, both arms up,"
        " hands up, arms raised, raise arms, 만세, 캡처, 캡쳐, 촬영, 사진, 찰칵, 시작, 출석, 체크인,"
        " 양팔 들기, 두 팔 들기, 손들기, 팔 들기, 두 팔 위로, 양손 들기"
    ),
    Gesture.O: (
        "o, ok, okay, yes, circle, ring, correct, right answer, agree, accept, 오, 동그라미, 원, 맞아요,"
        " 맞음, 맞다, 예, 네, 확인, 정답, 오케이, 머리 위 동그라미, ⭕, ◯, ○"
    ),
    Gesture.X: (
        "x, no, cross, crossed, crossed arms, arms crossed, wrong, reject, cancel, not me, 엑스, 가위표,"
        " 엑스표, 아니요, 아니오, 아님, 아니다, 틀림, 취소, 오답, 팔짱, ❌, ✕, ×"
    ),
    Gesture.IDLE: (
        "idle, nothing, none, neutral, rest, resting, at rest, stand, standing, normal, background,"
        " no gesture, default, empty, wait, waiting, 대기, 기본, 아무것도, 아무것도 아님, 없음, 가만히, 평소,"
        " 차렷, 서기, 서 있기, 정지, 무동작, 동작 없음, 배경, 휴식"
    ),
}
"""Names that people give their classes, English and Korean."""

LONGEST = 200
"""Characters of a label that are kept; composing letters anew can make one longer than it was."""


def normalised(label: str) -> str:
    """A label without what does not matter: case, width, spaces, dashes, and how its letters are composed."""
    plain = unicodedata.normalize("NFKC", label).casefold()
    kept = "".join(letter for letter in plain if not letter.isspace() and letter not in "-_.,!\ufe0f")
    return (kept or label.strip())[:LONGEST]


_KNOWN = {normalised(word): gesture for gesture, words in WORDS.items() for word in words.split(",")}


def meanings(db: Session, labels: Iterable[str]) -> dict[str, str | None]:
    """Label → gesture: as somebody once said, else by the word itself, else ``None``."""
    keys = {label: normalised(label) for label in labels}
    query = select(GestureLabelMeaning).where(GestureLabelMeaning.label.in_(set(keys.values())))
    said = {meaning.label: meaning.gesture for meaning in db.scalars(query)}
    known: dict[str, str | None] = {}
    for label, key in keys.items():
        guess = _KNOWN.get(key)
        known[label] = said.get(key, guess.value if guess is not None else None)
    return known


def remember(db: Session, said: Mapping[str, str]) -> None:
    """Keeps what the labels were said to mean, for the next model that uses the same words.

    :raises Invalid: ``gesture_meaning_invalid`` for what is no gesture.
    """
    if not set(said.values()) <= set(Gesture):
        raise Invalid("gesture_meaning_invalid")
    with writing(db):
        for label, gesture in said.items():
            db.merge(GestureLabelMeaning(label=normalised(label), gesture=gesture))
