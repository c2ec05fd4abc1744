"""The job that writes to instructors: once of each streak of absence, and in the evening of each day."""

import logging
from datetime import datetime
from typing import Literal, Protocol

from babel.dates import format_date
from sqlalchemy.orm import Session, sessionmaker

from server.models import AbsenceAlertRule, Account, ClassSession, Course, utc_now
from server.services import absence_alerts, mail
from server.services.absence_alerts import DayOfCourse, Streak
from server.settings import Settings

log = logging.getLogger(__name__)

DIGEST_FROM_HOUR = 18
"""By the course's clock."""

STREAK_SUBJECT = {"en": "{name}: absent {count} times in a row", "ko": "{name} 학생: {count}회 연속 결석"}
STREAK_TEXT = {
    "en": "{name} ({number}) was absent {count} times in a row in {course} ({code}):",
    "ko": "{course}({code}) 강의에서 {name}({number}) 학생이 {count}회 연속 결석했습니다.",
}
DIGEST_SUBJECT = {"en": "{course}: attendance of {day}", "ko": "{course}: {day} 출결"}
NOBODY = {"en": "Nobody was absent.", "ko": "결석한 학생이 없습니다."}
ABSENT = {"en": "absent", "ko": "결석"}
IN_A_ROW = {"en": "Absent several times in a row:", "ko": "연속 결석:"}
FOOTER = {
    "en": "What you are told of is chosen in the course's attendance: {address}",
    "ko": "알림은 강의의 출결 페이지에서 바꿀 수 있습니다: {address}",
}


class Place(Protocol):
    """What the job needs of the runtime."""

    settings: Settings
    sessions: sessionmaker[Session]


class AbsenceMails:
    """Sends what is due. Each mail is claimed before it is sent: rather lost in a crash than sent twice."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def send_due(self, now: datetime | None = None) -> int:
        """Sends everything that is due; how many mails that were. Nothing without an SMTP server."""
        if not mail.configured(self._place.settings):
            return 0
        sent = 0
        with self._place.sessions() as db:
            for course, rule in absence_alerts.watched_courses(db):
                if rule.by_mail:
                    sent += self._streaks(db, course, rule)
                if rule.digest:
                    sent += self._digest(db, course, rule, now or utc_now())
        return sent

    def _streaks(self, db: Session, course: Course, rule: AbsenceAlertRule) -> int:
        sent = 0
        for streak in absence_alerts.streaks(db, course, rule.after):
            key = f"streak:{course.id}:{streak.student.id}:{streak.missed[0].id}"
            for account in _readers(course):
                language = self._language(account)
                sent += self._send(db, account, key, *self._about_streak(course, streak, language))
        return sent

    def _digest(self, db: Session, course: Course, rule: AbsenceAlertRule, now: datetime) -> int:
        local = absence_alerts.local_now(course, now)
        key = f"digest:{course.id}:{local.date()}"
        readers = [one for one in _readers(course) if not absence_alerts.was_sent(db, one, key)]
        if local.hour < DIGEST_FROM_HOUR or not readers:
            return 0
        day = absence_alerts.day_of(db, course, local.date(), rule.after)
        if day is None:
            return 0
        return sum(
            self._send(db, account, key, *self._about_day(course, day, self._language(account)))
            for account in readers
        )

    def _send(self, db: Session, account: Account, key: str, subject: str, text: str) -> bool:
        if absence_alerts.was_sent(db, account, key) or not absence_alerts.claim(db, account, key):
            return False
        try:
            mail.send(self._place.settings, account.email, " ".join(subject.split()), text)
        except OSError as error:
            log.warning("a mail could not be sent, it is tried again: %s", type(error).__name__)
            absence_alerts.give_back(db, account, key)
            return False
        return True

    def _about_streak(self, course: Course, streak: Streak, language: Literal["en", "ko"]) -> tuple[str, str]:
        words = {
            "name": streak.student.name,
            "number": streak.student.number,
            "count": len(streak.missed),
            "course": course.name,
            "code": course.code,
        }
        days = [f"- {_day(one, course, language)}: {one.title}" for one in streak.missed]
        lines = [STREAK_TEXT[language].format(**words), "", *days, "", self._footer(course, language)]
        return STREAK_SUBJECT[language].format(**words), "\n".join(lines)

    def _about_day(self, course: Course, day: DayOfCourse, language: Literal["en", "ko"]) -> tuple[str, str]:
        on = format_date(day.on, "full", locale=language)
        lines: list[str] = []
        for session, absent in day.absences:
            names = ", ".join(f"{one.name} ({one.number})" for one in absent)
            told = f"{ABSENT[language]}: {names}" if absent else NOBODY[language]
            lines += [f"{_day(session, course, language)}, {session.title}", f"  {told}", ""]
        if day.streaks:
            lines.append(IN_A_ROW[language])
            lines += [
                f"- {one.student.name} ({one.student.number}): {len(one.missed)}" for one in day.streaks
            ]
            lines.append("")
        lines.append(self._footer(course, language))
        return DIGEST_SUBJECT[language].format(course=course.name, day=on), "\n".join(lines)

    def _footer(self, course: Course, language: Literal["en", "ko"]) -> str:
        address = f"{self._place.settings.address}/courses/{course.id}/attendance"
        return FOOTER[language].format(address=address)

    def _language(self, account: Account) -> Literal["en", "ko"]:
        chosen = account.locale or self._place.settings.default_locale
        return "ko" if chosen == "ko" else "en"


def _readers(course: Course) -> list[Account]:
    return [one for one in course.instructors if one.is_active]


def _day(session: ClassSession, course: Course, language: str) -> str:
    local = session.starts_at.astimezone(course.zone)
    return format_date(local.date(), "full", locale=language)
