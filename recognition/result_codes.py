"""What came of a verification: one number for each outcome, and what it means to a person."""

from enum import IntEnum


class ResultCode(IntEnum):
    """The outcome of comparing two pictures; negative where they could not be compared."""

    SAME = 2
    NOT_SAME = 0
    SECOND_WITHOUT_FACE = -1
    FIRST_WITHOUT_FACE = -2
    NOT_ANALYSABLE = -11
    SECOND_UNREADABLE = -21
    FIRST_UNREADABLE = -22

    def message(self, language: str = "en") -> str:
        """The sentence for a person, in Korean for ``ko``, else in English."""
        english, korean = _MESSAGES[self]
        return korean if language == "ko" else english


_MESSAGES = {
    ResultCode.SAME: ("The same person is in both pictures.", "두 사진에 같은 사람이 있습니다."),
    ResultCode.NOT_SAME: ("Nobody is in both pictures.", "두 사진에 같은 사람이 없습니다."),
    ResultCode.SECOND_WITHOUT_FACE: (
        "No face was found in the second picture.",
        "두 번째 사진에서 얼굴을 찾지 못했습니다.",
    ),
    ResultCode.FIRST_WITHOUT_FACE: (
        "No face was found in the first picture.",
        "첫 번째 사진에서 얼굴을 찾지 못했습니다.",
    ),
    ResultCode.NOT_ANALYSABLE: (
        "A picture can be read but not analysed: it is too small, or no RGB picture.",
        "사진을 읽었지만 분석할 수 없습니다. 너무 작거나 RGB 사진이 아닙니다.",
    ),
    ResultCode.SECOND_UNREADABLE: (
        "The second picture cannot be read.",
        "두 번째 사진을 읽을 수 없습니다.",
    ),
    ResultCode.FIRST_UNREADABLE: ("The first picture cannot be read.", "첫 번째 사진을 읽을 수 없습니다."),
}
