"""Calendars in and out: what is read, what is refused, and what is exported imports again."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from sqlalchemy import select

from server.exceptions import Invalid, NotFound
from server.models import ClassSession
from server.services import (
    calendar_feed,
    calendar_import,
    calendar_reading,
    class_sessions,
    course_settings,
    courses,
    planned_sessions,
)
from server.services.session_rules import SessionRules

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2030, 3, 1, tzinfo=UTC)
LECTURE = """UID:lecture
DTSTART;TZID=Europe/Berlin:20300318T090000
DTEND;TZID=Europe/Berlin:20300318T103000
RRULE:FREQ=WEEKLY;COUNT=4
EXDATE;TZID=Europe/Berlin:20300408T090000
SUMMARY:Lecture"""


def calendar(*events):
    parts = [f"BEGIN:VEVENT\nDTSTAMP:20300101T000000Z\n{event}\nEND:VEVENT" for event in events]
    text = "\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//A school//EN", *parts, "END:VCALENDAR", ""]
    )
    return text.replace("\n", "\r\n").encode()


def read(*events):
    return calendar_reading.read(calendar(*events), SEOUL, NOW)


def sessions(db, course):
    query = select(ClassSession).where(ClassSession.course_id == course.id)
    return list(db.scalars(query.order_by(ClassSession.starts_at)))


class TestReading:
    def test_a_weekly_lecture_over_the_change_of_the_clocks(self):
        found = read(LECTURE)
        assert [one.starts_at.strftime("%d.%m. %H:%M") for one in found.sessions] == [
            "18.03. 08:00",
            "25.03. 08:00",
            "01.04. 07:00",
        ]
        assert {one.minutes for one in found.sessions} == {90}
        assert len({one.key for one in found.sessions}) == 3
        assert found.refused == []

    def test_an_occurrence_that_moved_keeps_its_key(self):
        moved = """UID:lecture
RECURRENCE-ID;TZID=Europe/Berlin:20300325T090000
DTSTART;TZID=Europe/Berlin:20300326T140000
DURATION:PT1H
SUMMARY:Lecture, moved"""
        before, after = read(LECTURE).sessions, read(LECTURE, moved).sessions
        assert [one.key for one in before] == [one.key for one in after]
        assert (after[1].title, after[1].starts_at.hour, after[1].minutes) == ("Lecture, moved", 13, 60)

    def test_times_without_a_zone_are_the_courses(self):
        (found,) = read("UID:a\nDTSTART:20300304T090000\nSUMMARY:Lab").sessions
        assert found.starts_at == datetime(2030, 3, 4, 0, 0, tzinfo=UTC)
        assert found.minutes is None

    @pytest.mark.parametrize(
        ("event", "reason"),
        [
            ("UID:a\nDTSTART;VALUE=DATE:20300304", "event_all_day"),
            ("UID:a\nDTSTART:nonsense", "event_unreadable"),
            ("UID:a\nSUMMARY:Without a start", "event_unreadable"),
            ("UID:a\nDTSTART:20300304T090000Z\nDTEND:20300304T080000Z", "event_unreadable"),
            ("UID:a\nDTSTART:20300304T090000Z\nDTEND:20300306T090000Z", "event_too_long"),
            (
                "UID:a\nDTSTART:20300304T090000Z\nRECURRENCE-ID;VALUE=PERIOD:20300304T090000Z/PT1H",
                "event_unreadable",
            ),
            ("UID:a\nDTSTART;TZID=Mars/Base:20300304T090000", "event_zone_unknown"),
            ("UID:a\nDTSTART:20340304T090000Z", "event_too_far"),
            ("UID:a\nDTSTART:20300304T090000Z\nRRULE:FREQ=SECONDLY", "event_recurrence_unsupported"),
            ("UID:a\nDTSTART:20300304T090000Z\nRRULE:FREQ=WEEKLY;INTERVAL=0", "event_recurrence_unsupported"),
            (
                "UID:a\nDTSTART:20300304T090000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
                "event_recurrence_unsupported",
            ),
            ("UID:a\nDTSTART:00010101T090000Z\nRRULE:FREQ=DAILY", "event_recurrence_unsupported"),
        ],
    )
    def test_what_cannot_be_a_session_is_told_and_the_rest_is_read(self, event, reason):
        found = read(event, "UID:good\nDTSTART:20300304T010000Z\nSUMMARY:Good")
        assert [one.reason for one in found.refused] == [reason]
        assert [one.title for one in found.sessions] == ["Good"]

    def test_what_is_over_is_counted(self):
        found = read("UID:a\nDTSTART:20200304T010000Z\nDTEND:20200304T020000Z")
        assert (found.over, found.sessions, found.refused) == (1, [], [])

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "calendar_unreadable"),
            (b"\xff\xfe\x00nonsense", "calendar_unreadable"),
            (b"BEGIN:VCALENDAR\r\n", "calendar_unreadable"),
            (b"BEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\n", "calendar_unreadable"),
            (calendar("UID:a\nDTSTART;TZID=Europe:20300304T090000"), "calendar_unreadable"),
            (b"x" * (calendar_reading.MOST_BYTES + 1), "calendar_too_big"),
            (calendar(*[f"UID:{n}\nDTSTART:20300304T010000Z" for n in range(501)]), "calendar_too_many"),
            (
                calendar(*[f"UID:{n}\nDTSTART:20300304T010000Z\nRRULE:FREQ=DAILY" for n in range(3)]),
                "calendar_too_many",
            ),
        ],
    )
    def test_what_is_no_calendar_or_too_much(self, content, reason):
        with pytest.raises(Invalid, match=reason):
            calendar_reading.read(content, SEOUL, NOW)


class TestImport:
    @pytest.fixture
    def upcoming(self, monkeypatch):
        monkeypatch.setattr(calendar_import, "utc_now", lambda: NOW)

    def test_the_plan_changes_nothing_and_taking_over_does_what_it_says(self, db, course, upcoming):
        content = calendar(LECTURE)
        assert len(calendar_import.plan(db, course, content).added) == 3
        assert sessions(db, course) == []
        calendar_import.take_over(db, course, content)
        first = sessions(db, course)[0]
        assert (first.title, first.minutes, first.status) == ("Lecture", 90, "scheduled")
        assert first.opens_at == first.starts_at - timedelta(minutes=15)
        again = calendar_import.plan(db, course, content)
        assert (again.known, again.does_anything) == (3, False)

    def test_a_later_version_changes_and_cancels_but_leaves_alone_what_was_edited(self, db, course, upcoming):
        one = "UID:{}\nDTSTART:203003{}T010000Z\nDTEND:203003{}T020000Z\nSUMMARY:{}{}"
        calendar_import.take_over(
            db, course, calendar(*[one.format(n, n, n, "Old", "") for n in (11, 12, 13)])
        )
        edited = sessions(db, course)[2]
        planned_sessions.change(db, edited, edited.starts_at, "Mine", SessionRules.of_session(edited))
        later = calendar(
            one.format(11, 14, 14, "New", ""),
            one.format(12, 12, 12, "Old", "\nSTATUS:CANCELLED"),
            one.format(13, 13, 13, "New", ""),
        )
        done = calendar_import.take_over(db, course, later)
        assert (len(done.added), len(done.changed), len(done.cancelled), done.known) == (0, 1, 1, 1)
        assert [(session.title, session.status) for session in sessions(db, course)] == [
            ("Old", "cancelled"),
            ("Mine", "scheduled"),
            ("New", "scheduled"),
        ]

    def test_a_session_at_the_same_time_is_that_one(self, db, course, upcoming):
        class_sessions.schedule(db, course, datetime(2030, 3, 18, 8, 0, tzinfo=UTC))
        made = calendar_import.plan(db, course, calendar(LECTURE))
        assert (len(made.added), made.known) == (2, 1)


class TestFeed:
    @pytest.fixture
    def planned(self, db, course):
        start = datetime(2030, 3, 4, tzinfo=UTC)
        for week, title in enumerate(["Cells", "눈, 코; 입\\", "Field day"]):
            planned_sessions.add(db, course, start + timedelta(weeks=week), title)
        planned_sessions.cancel(db, sessions(db, course)[2])
        return sessions(db, course)

    def test_what_is_exported_imports_again(self, db, course, planned, administrator, monkeypatch):
        other = courses.create(db, administrator, "X", "Other", "America/New_York", 5)
        content = calendar_feed.write(db, course, "school.example")
        monkeypatch.setattr(calendar_import, "utc_now", lambda: NOW)
        done = calendar_import.take_over(db, other, content)
        found = [(one.title, one.starts_at, one.ends_at) for one in sessions(db, other)]
        assert found == [(one.title, one.starts_at, one.ends_at) for one in planned[:2]]
        assert [(one.title, one.reason) for one in done.refused] == [("Field day", "event_cancelled")]
        assert calendar_import.plan(db, course, content).known == 3

    def test_cancelled_sessions_are_told_as_such(self, db, course, planned):
        events = Calendar.from_ical(calendar_feed.write(db, course, "school.example")).walk("VEVENT")
        assert [str(event["STATUS"]) for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
        assert len({str(event["UID"]) for event in events}) == 3

    def test_a_renewed_link_ends_the_one_before(self, db, course):
        first = calendar_feed.renew(db, course)
        assert calendar_feed.course_of(db, first).id == course.id
        second = calendar_feed.renew(db, course)
        with pytest.raises(NotFound, match="calendar_not_found"):
            calendar_feed.course_of(db, first)
        course_settings.archive(db, course)
        with pytest.raises(NotFound):
            calendar_feed.course_of(db, second)
