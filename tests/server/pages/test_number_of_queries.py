"""Pages ask the database as often for fifty students as for five."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from server.models import ClassSession, Enrolment, Student
from tests.server.test_attendance_history import hold


@contextmanager
def counted(runtime):
    """How many statements the database was asked."""
    seen = []

    def count(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(runtime.database, "before_cursor_execute", count)
    yield seen
    event.remove(runtime.database, "before_cursor_execute", count)


@pytest.mark.parametrize("path", ["/courses/{course}/attendance", "/courses/{course}", "/sessions/{session}"])
def test_the_number_of_queries_does_not_grow_with_the_class(browser, db, course, runtime, path):
    def grow(upto):
        now = db.query(Enrolment).filter_by(course_id=course.id).count()
        made = [Student(number=f"n{n}", name=f"Student {n}") for n in range(now, upto)]
        db.add_all(made)
        db.flush()
        db.add_all(Enrolment(course_id=course.id, student_id=one.id) for one in made)
        hold(db, course, "p" * upto)

    asked = []
    for size in (5, 50):
        grow(size)
        session = db.query(ClassSession).order_by(ClassSession.id.desc()).first()
        address = path.format(course=course.id, session=session.id)
        db.commit()
        browser.get(address)
        with counted(runtime) as seen:
            assert "Student 0" in browser.get(address).text
        asked.append(len(seen))
    assert asked[1] <= asked[0]
