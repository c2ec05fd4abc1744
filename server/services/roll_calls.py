"""Roll-call from one picture of the room: who is seen, looked over by the instructor, then recorded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recognition.roll_call import Seen
from server.exceptions import Invalid, NotFound
from server.models import (
    Account,
    Attendance,
    AttendanceStatus,
    ChangeSource,
    ClassSession,
    Enrolment,
    Student,
)
from server.services import attendance

RECORDED_AS = (AttendanceStatus.PRESENT, AttendanceStatus.LATE)
CAME = (*RECORDED_AS, AttendanceStatus.LEFT_EARLY)


@dataclass(frozen=True)
class RoomFace:
    """A face in the picture; ``status`` is what is recorded of the student already."""

    box: tuple[float, float, float, float]
    student: Student | None
    status: str | None
    score: float | None

    def as_json(self) -> dict[str, Any]:
        """As the API shows it; the box in pixels of the picture."""
        return {
            "box": [round(side, 1) for side in self.box],
            "student": attendance.student_json(self.student) if self.student else None,
            "status": self.status,
            "score": round(self.score, 4) if self.score is not None else None,
        }


def faces_of(db: Session, session: ClassSession, seen: Sequence[Seen]) -> list[RoomFace]:
    """The faces with the students of the roster; whoever has left it meanwhile is unknown."""
    ids = [int(one.label) for one in seen if one.label is not None]
    known = {
        student.id: (student, status)
        for student, status in db.execute(
            select(Student, Attendance.status)
            .join(Enrolment, Enrolment.student_id == Student.id)
            .outerjoin(
                Attendance, (Attendance.student_id == Student.id) & (Attendance.session_id == session.id)
            )
            .where(
                Student.id.in_(ids),
                Enrolment.course_id == session.course_id,
                Enrolment.dropped_at.is_(None),
            )
        )
    }
    found = []
    for one in seen:
        student, status = known.get(int(one.label), (None, None)) if one.label else (None, None)
        found.append(RoomFace(one.face.box, student, status, one.score))
    return found


def confirm(
    db: Session, session: ClassSession, student_ids: Iterable[int], status: str, by: Account
) -> list[Student]:
    """Records everybody whom the instructor confirmed and who is not recorded as there already.

    :returns: those who were recorded now.
    :raises Invalid: ``roll_call_status_invalid``, ``roll_call_empty``.
    :raises NotFound: ``student_not_found`` for somebody who is not on the roster; then nobody is recorded.
    """
    if status not in RECORDED_AS:
        raise Invalid("roll_call_status_invalid")
    wanted = set(student_ids)
    if not wanted:
        raise Invalid("roll_call_empty")
    waiting, everybody = [], set()
    for entry in attendance.live_roster(db, session):
        everybody.add(entry.student.id)
        if entry.student.id in wanted and entry.status not in CAME:
            waiting.append(entry.student)
    if wanted - everybody:
        raise NotFound("student_not_found")
    for student in waiting:
        attendance.mark(db, session, student, status, by, source=ChangeSource.ROLL_CALL)
    return waiting
