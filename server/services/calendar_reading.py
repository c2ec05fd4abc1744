"""Reads an iCalendar file (RFC 5545): which sessions it means, and what in it cannot be one.

A calendar comes from anywhere. What is read is bounded: bytes, events, sessions, and the kinds of recurrence,
of which those of a timetable are taken. Rules beyond these can take for ever to work out.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Component, Event

from server.exceptions import Invalid
from server.services import local_time
from server.services.one_line import one_line

MOST_BYTES = 400 * 1024
MOST_EVENTS = 500
MOST_SESSIONS = 500
AHEAD = timedelta(days=400)
OLDEST = timedelta(days=3660)
FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY"}
RULE_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"}
MOST_MINUTES = 24 * 60
UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, OverflowError, OSError)
"""What the libraries raise for nonsense; OSError for some names of time zones."""


@dataclass(frozen=True)
class CalendarSession:
    """A session that a calendar means.

    :ivar key: the same for the same occurrence in a later version of the calendar; 64 characters.
    :ivar minutes: None where the event has no end.
    """

    key: str
    title: str
    starts_at: datetime
    minutes: int | None
    cancelled: bool


@dataclass(frozen=True)
class RefusedEvent:
    """An event, or an occurrence of one, that cannot be a session.

    :ivar starts: as the calendar says, for people; empty where that cannot be read.
    """

    title: str
    starts: str
    reason: str


@dataclass(frozen=True)
class Reading:
    """What a calendar says about the time to come."""

    sessions: list[CalendarSession]
    refused: list[RefusedEvent]
    over: int
    """How many occurrences are over already."""


class _Refused(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read(content: bytes, zone: ZoneInfo, now: datetime) -> Reading:
    """The sessions of a calendar from now on, for :data:`AHEAD`; times without a zone are the course's.

    :raises Invalid: ``calendar_too_big``, ``calendar_unreadable``, ``calendar_too_many`` events or sessions.
    """
    if len(content) > MOST_BYTES:
        raise Invalid("calendar_too_big")
    calendar = _parse(content)
    series = _series(calendar)
    reading = Reading([], [], 0)
    over = 0
    for events in series:
        try:
            for event in events:
                _check(event, now)
            found = list(_occurrences(calendar, events, now))
        except _Refused as refusal:
            reading.refused.append(_refusal(events[0], refusal.reason))
            continue
        except UNREADABLE:
            reading.refused.append(_refusal(events[0], "event_unreadable"))
            continue
        over += not found
        for occurrence in found:
            try:
                session = _session(occurrence, zone, recurs=_recurs(events))
            except _Refused as refusal:
                reading.refused.append(_refusal(occurrence, refusal.reason))
                continue
            except UNREADABLE:
                reading.refused.append(_refusal(occurrence, "event_unreadable"))
                continue
            if session.starts_at + timedelta(minutes=session.minutes or 1) <= now:
                over += 1
            else:
                reading.sessions.append(session)
        if len(reading.sessions) > MOST_SESSIONS or len(reading.refused) > MOST_EVENTS:
            raise Invalid("calendar_too_many")
    return Reading(sorted(reading.sessions, key=lambda one: one.starts_at), reading.refused, over)


def _parse(content: bytes) -> Calendar:
    try:
        calendar = Calendar.from_ical(content)
    except (*UNREADABLE, RecursionError) as error:
        raise Invalid("calendar_unreadable") from error
    if not isinstance(calendar, Calendar) or calendar.name != "VCALENDAR":
        raise Invalid("calendar_unreadable")
    return calendar


def _series(calendar: Calendar) -> list[list[Event]]:
    """The events, those of one UID together: a recurring one and its exceptions."""
    series: dict[str, list[Event]] = {}
    events = [one for one in calendar.subcomponents if isinstance(one, Event)]
    if len(events) > MOST_EVENTS:
        raise Invalid("calendar_too_many")
    for number, event in enumerate(events):
        series.setdefault(_text(event, "UID") or f"event {number}", []).append(event)
    return list(series.values())


def _check(event: Event, now: datetime) -> None:
    """Refuses what cannot or must not be worked out."""
    if event.errors or "DTSTART" not in event:
        raise _Refused("event_unreadable")
    start = _value(event, "DTSTART")
    if not isinstance(start, datetime):
        raise _Refused("event_all_day")
    if start.tzinfo is None and "TZID" in event["DTSTART"].params:
        raise _Refused("event_zone_unknown")
    if "DTEND" in event and _value(event, "DTEND") < start:
        raise _Refused("event_unreadable")
    rule = event.get("RRULE")
    if "EXRULE" in event or isinstance(rule, list):
        raise _Refused("event_recurrence_unsupported")
    if rule is None:
        return
    frequency, interval = rule.get("FREQ", [""])[0], rule.get("INTERVAL", [1])[0]
    known = set(rule) <= RULE_PARTS and frequency in FREQUENCIES and 1 <= int(interval) <= 52
    if not known or start.replace(tzinfo=UTC) < now - OLDEST:
        raise _Refused("event_recurrence_unsupported")


def _value(component: Component, name: str) -> Any:
    """The date, time or duration of a property, as the library reads it."""
    stated: Any = component[name]
    return stated.dt


def _occurrences(calendar: Calendar, events: list[Event], now: datetime) -> Iterator[Component]:
    """The occurrences of one series, from a day ago on: what is over by a little is told as such."""
    alone = Calendar()
    for name, value in calendar.items():
        alone[name] = value
    for one in calendar.subcomponents:
        if one.name == "VTIMEZONE" or any(one is event for event in events):
            alone.add_component(one)
    recurring = _recurs(events)
    first = now - timedelta(days=1) if recurring else datetime(1970, 1, 2, tzinfo=UTC)
    found = recurring_ical_events.of(alone).between(first, now + AHEAD)
    if not found and not recurring:
        raise _Refused("event_too_far")
    yield from found


def _recurs(events: list[Event]) -> bool:
    return any(name in event for event in events for name in ("RRULE", "RDATE", "RECURRENCE-ID"))


def _session(occurrence: Component, zone: ZoneInfo, *, recurs: bool) -> CalendarSession:
    start, end = _value(occurrence, "DTSTART"), _value(occurrence, "DTEND")
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        raise _Refused("event_all_day")
    starts_at, ends_at = _utc(start, zone), _utc(end, zone)
    minutes = int((ends_at - starts_at).total_seconds() // 60)
    if not 0 <= minutes <= MOST_MINUTES:
        raise _Refused("event_too_long")
    identity = _text(occurrence, "UID")
    if recurs:
        original = _value(occurrence, "RECURRENCE-ID")
        identity += "\n" + (_utc(original, zone) if isinstance(original, datetime) else original).isoformat()
    return CalendarSession(
        key=hashlib.sha256(identity.encode()).hexdigest(),
        title=_text(occurrence, "SUMMARY"),
        starts_at=starts_at,
        minutes=minutes or None,
        cancelled=_text(occurrence, "STATUS").upper() == "CANCELLED",
    )


def _utc(moment: datetime, zone: ZoneInfo) -> datetime:
    if moment.tzinfo is None:
        return local_time.moment(moment.date(), moment.time(), zone)
    return moment.astimezone(UTC)


def _refusal(event: Component, reason: str) -> RefusedEvent:
    try:
        start: date | str = _value(event, "DTSTART")
    except UNREADABLE:
        start = ""
    return RefusedEvent(_text(event, "SUMMARY"), str(start)[:16], reason)


def _text(event: Component, name: str) -> str:
    """A property as one line of at most 200 characters."""
    value = event.get(name, "")
    return one_line(str(value[0] if isinstance(value, list) and value else value))[:200]
