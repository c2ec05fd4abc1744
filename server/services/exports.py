"""Attendance as CSV, for spreadsheets."""

import csv
import io

from sqlalchemy.orm import Session

from server.models import ClassSession
from server.services import attendance

HEADINGS = {
    "en": ("Number", "Name", "Status", "Recorded at", "Method"),
    "ko": ("학번", "이름", "출결", "기록 시각", "방법"),
}
WORDS = {
    "en": {},
    "ko": {
        "present": "출석",
        "late": "지각",
        "absent": "결석",
        "excused": "공결",
        "left_early": "조퇴",
        "face": "얼굴",
        "card": "카드",
        "phone": "휴대전화",
        "pin": "PIN",
        "roll_call": "사진 출석",
        "manual": "수동",
        "unconfirmed": " (확인 안 됨)",
    },
}
BYTE_ORDER_MARK = "\ufeff"


def session_csv(db: Session, session: ClassSession, locale: str = "en") -> str:
    """One session's roster: UTF-8 with a byte order mark, CRLF, times by the course's clock (ISO 8601).

    Cells that a spreadsheet would take for a formula are prefixed with an apostrophe.
    """
    words = WORDS.get(locale, {})
    out = io.StringIO(newline="")
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADINGS.get(locale, HEADINGS["en"]))
    zone = session.course.zone
    unconfirmed = words.get("unconfirmed", " (not confirmed)")
    for entry in attendance.live_roster(db, session):
        at = entry.recorded_at.astimezone(zone).isoformat(timespec="seconds") if entry.recorded_at else ""
        cells = (
            entry.student.number,
            entry.student.name,
            words.get(entry.status or "", entry.status or ""),
            at,
            words.get(entry.method or "", entry.method or "") + (unconfirmed if entry.unconfirmed else ""),
        )
        writer.writerow([neutral(cell) for cell in cells])
    return out.getvalue()


def neutral(cell: str) -> str:
    """The cell so that no spreadsheet runs it: an apostrophe before = + - @, tab and line ends."""
    return f"'{cell}" if cell.lstrip(" ")[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"} else cell
