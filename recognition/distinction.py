"""What comes of guessing apparent gender from a picture: the shares of each face, and one code.

*Apparent*: what the network takes a face for, from looks. It says nothing of who somebody is, and nothing is
decided by it: docs/distinguish.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal

from recognition.detection import Face

Gender = Literal["woman", "man"]
GENDERS: tuple[Gender, ...] = ("woman", "man")
"""All that the network was taught; it has no answer for whoever is neither."""


class DistinctionCode(IntEnum):
    """The outcome for one picture; negative where there is nothing to say."""

    FOUND = 1
    WITHOUT_FACE = -1
    NOT_ANALYSABLE = -11
    UNREADABLE = -21

    def message(self, language: str = "en") -> str:
        """The sentence for a person, in Korean for ``ko``, else in English."""
        english, korean = _MESSAGES[self]
        return korean if language == "ko" else english


_MESSAGES = {
    DistinctionCode.FOUND: (
        "Every face has its shares; they are guesses from looks.",
        "얼굴마다 비율을 표시합니다. 겉모습만 본 추정입니다.",
    ),
    DistinctionCode.WITHOUT_FACE: ("No face was found in the picture.", "사진에서 얼굴을 찾지 못했습니다."),
    DistinctionCode.NOT_ANALYSABLE: (
        "The picture can be read but not analysed: it is too small, or no RGB picture.",
        "사진을 읽었지만 분석할 수 없습니다. 너무 작거나 RGB 사진이 아닙니다.",
    ),
    DistinctionCode.UNREADABLE: ("The picture cannot be read.", "사진을 읽을 수 없습니다."),
}


@dataclass(frozen=True, slots=True, eq=False)
class ApparentGender:
    """One face, and the share that the network gives to each of `GENDERS`: together 1."""

    face: Face
    shares: dict[Gender, float]

    @property
    def dominant(self) -> Gender:
        """The larger share."""
        return max(GENDERS, key=lambda one: self.shares[one])


@dataclass(frozen=True, slots=True, eq=False)
class Distinction:
    """What came of one picture.

    Attributes:
        faces: largest first.
        detail: why the picture could not be used, else empty.
    """

    code: DistinctionCode
    faces: tuple[ApparentGender, ...] = ()
    detail: str = ""

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """Ready for JSON; boxes are ``[x, y, width, height]`` in pixels, shares in percent."""
        return {
            "code": int(self.code),
            "message": self.code.message(language),
            "detail": self.detail,
            "faces": [
                {
                    "box": [round(float(side), 1) for side in one.face.box],
                    "percent": {name: round(100 * one.shares[name], 1) for name in GENDERS},
                    "dominant": one.dominant,
                }
                for one in self.faces
            ],
        }
