"""The words of exports, in the languages the product speaks."""

from server.services.attendance_grid import Cell

HEADINGS = {
    "en": {
        "number": "Number",
        "name": "Name",
        "status": "Status",
        "recorded_at": "Recorded at",
        "method": "Method",
        "session": "Session",
        "starts_at": "Starts at",
        "rate": "Attendance rate",
        "signature": "Signature",
    },
    "ko": {
        "number": "학번",
        "name": "이름",
        "status": "출결",
        "recorded_at": "기록 시각",
        "method": "방법",
        "session": "수업",
        "starts_at": "시작 시각",
        "rate": "출석률",
        "signature": "서명",
    },
}
STATUSES = {
    "en": {
        "present": "Present",
        "late": "Late",
        "left_early": "Left early",
        "excused": "Excused",
        "absent": "Absent",
    },
    "ko": {
        "present": "출석",
        "late": "지각",
        "left_early": "조퇴",
        "excused": "공결",
        "absent": "결석",
    },
}
METHODS = {
    "en": {},
    "ko": {
        "face": "얼굴",
        "card": "카드",
        "phone": "휴대전화",
        "roll_call": "사진 출석",
        "manual": "수동",
        "pin": "PIN",
    },
}
UNCONFIRMED = {"en": " (not confirmed)", "ko": " (확인 안 됨)"}


def heading(key: str, locale: str) -> str:
    """A column's heading."""
    return HEADINGS[_spoken(locale)][key]


def statuses(locale: str) -> dict[str, str]:
    """Every status and its word."""
    return STATUSES[_spoken(locale)]


def method(code: str | None, unconfirmed: bool, locale: str) -> str:
    """How a status came about, and whether that still has to be confirmed."""
    locale = _spoken(locale)
    return METHODS[locale].get(code or "", code or "") + (UNCONFIRMED[locale] if unconfirmed else "")


def method_of(cell: Cell, locale: str) -> str:
    """How what a cell holds came about."""
    return method(cell.method, cell.unconfirmed, locale)


def _spoken(locale: str) -> str:
    return locale if locale in HEADINGS else "en"
