"""What a list would change about a roster, worked out before anything is written."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.exceptions import Invalid
from server.models import Course, Enrolment, Student, utc_now
from server.services import courses


@dataclass(frozen=True)
class PlannedStudent:
    """One student of a plan.

    :ivar line: of the list, counted from 1; none for somebody who is not on it.
    :ivar was: the name until now, where the list has another one.
    """

    line: int | None
    number: str
    name: str
    was: str | None = None


@dataclass(frozen=True)
class BadRow:
    """A row that would be left out.

    :ivar line: counted from 1, as a spreadsheet shows it.
    :ivar reason: enumerated code.
    """

    line: int
    reason: str
    text: str


@dataclass
class Plan:
    """What taking the list over would do.

    :ivar returning: were on the roster before.
    :ivar renamed: are on the roster under another name.
    :ivar dropped: are on the roster and not on the list; only where the list is the whole roster.
    :ivar namesakes: names that several numbers of the roster would share, one of them new.
    """

    added: list[PlannedStudent] = field(default_factory=list)
    returning: list[PlannedStudent] = field(default_factory=list)
    renamed: list[PlannedStudent] = field(default_factory=list)
    unchanged: list[PlannedStudent] = field(default_factory=list)
    dropped: list[PlannedStudent] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)
    namesakes: dict[str, list[str]] = field(default_factory=dict)

    @property
    def changes(self) -> int:
        """How many students something changes for."""
        return len(self.added) + len(self.returning) + len(self.renamed) + len(self.dropped)

    def digest(self) -> str:
        """Of everything that would be written, in hex."""
        groups = (self.added, self.returning, self.renamed, self.dropped)
        told = [sorted([one.number, one.name, one.was or ""] for one in group) for group in groups]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def make(db: Session, course: Course, rows: Sequence[tuple[int, str, str]], whole: bool) -> Plan:
    """The plan for a list of line, number and name, in two queries.

    A number that stands for somebody of another name is a rename if that student is or was on this roster;
    a student known only from elsewhere is not renamed from here. Nobody is dropped whose number is on the
    list, be their row good or bad.
    """
    plan = Plan()
    good, mentioned = _checked(rows, plan)
    known = {
        number: (name, enrolled, dropped)
        for number, name, enrolled, dropped in db.execute(
            select(Student.number, Student.name, Enrolment.id, Enrolment.dropped_at)
            .outerjoin(Enrolment, (Enrolment.student_id == Student.id) & (Enrolment.course_id == course.id))
            .where(Student.number.in_([student.number for student in good]))
        )
    }
    for student in good:
        _sort(plan, student, known.get(student.number))
    present = db.execute(
        select(Student.number, Student.name)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .where(Enrolment.course_id == course.id, Enrolment.dropped_at.is_(None))
        .order_by(Student.name, Student.number)
    ).all()
    if whole:
        plan.dropped = [
            PlannedStudent(None, number, name) for number, name in present if number not in mentioned
        ]
    plan.bad_rows.sort(key=lambda row: row.line)
    plan.namesakes = _namesakes(plan, {row.number: row.name for row in present})
    return plan


def _checked(rows: Sequence[tuple[int, str, str]], plan: Plan) -> tuple[list[PlannedStudent], set[str]]:
    """The rows that can be used, and every number on the list."""
    good: dict[str, PlannedStudent] = {}
    mentioned = set()
    for line, raw_number, raw_name in rows:
        mentioned.add(" ".join(raw_number.split()))
        try:
            number, name = courses.check_student(raw_number, raw_name)
            if number in good:
                raise Invalid("roster_row_repeated")
        except Invalid as error:
            plan.bad_rows.append(BadRow(line, error.reason, f"{raw_number}, {raw_name}".strip(", ")))
            continue
        good[number] = PlannedStudent(line, number, name)
    return list(good.values()), mentioned


def _sort(plan: Plan, student: PlannedStudent, known: tuple[str, int | None, object] | None) -> None:
    """Puts one student into the plan."""
    if known is None:
        plan.added.append(student)
        return
    name, enrolled, dropped = known
    was = name if name != student.name else None
    student = PlannedStudent(student.line, student.number, student.name, was)
    if enrolled is None and was is not None:
        text = f"{student.number}, {student.name}"
        plan.bad_rows.append(BadRow(student.line or 0, "student_number_taken", text))
    elif enrolled is None:
        plan.added.append(student)
    elif dropped is not None:
        plan.returning.append(student)
    else:
        (plan.renamed if was is not None else plan.unchanged).append(student)


def _namesakes(plan: Plan, present: dict[str, str]) -> dict[str, list[str]]:
    new = [*plan.added, *plan.returning, *plan.renamed]
    after = present | {student.number: student.name for student in new}
    for student in plan.dropped:
        after.pop(student.number, None)
    numbers = defaultdict(list)
    for number, name in after.items():
        numbers[name].append(number)
    names = {student.name for student in new}
    return {name: sorted(them) for name, them in sorted(numbers.items()) if len(them) > 1 and name in names}


def carry_out(db: Session, course: Course, plan: Plan) -> None:
    """Writes a plan (within a writing transaction)."""
    wanted = [*plan.added, *plan.returning, *plan.renamed]
    numbers = [student.number for student in (*wanted, *plan.dropped)]
    students = {
        student.number: student for student in db.scalars(select(Student).where(Student.number.in_(numbers)))
    }
    for planned in plan.added:
        if planned.number not in students:
            students[planned.number] = Student(
                number=planned.number, name=planned.name, is_demo=course.is_demo
            )
            db.add(students[planned.number])
    db.flush()
    for planned in wanted:
        if planned.was is not None:
            students[planned.number].name = planned.name
    enrolments = {
        enrolment.student_id: enrolment
        for enrolment in db.scalars(
            select(Enrolment).where(
                Enrolment.course_id == course.id,
                Enrolment.student_id.in_([student.id for student in students.values()]),
            )
        )
    }
    for planned in plan.added:
        db.add(Enrolment(course_id=course.id, student_id=students[planned.number].id))
    for planned in plan.returning:
        enrolments[students[planned.number].id].dropped_at = None
    for planned in plan.dropped:
        enrolments[students[planned.number].id].dropped_at = utc_now()
    db.flush()
