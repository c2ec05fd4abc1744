"""How large an installation is, and what its courses and the installation itself have lists of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from server import models

TERM = datetime(2026, 9, 1, 0, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Size:
    """How much there is: of the installation, of a student, of a course.

    :ivar each: of everything else that a course, an account or the installation has a list of.
    """

    courses: int = 500
    students: int = 20_000
    courses_a_student: int = 5
    courses_an_instructor: int = 5
    sessions: int = 20
    each: int = 20

    @property
    def instructors(self) -> int:
        """How many accounts teach."""
        return max(1, self.courses // self.courses_an_instructor)


def of_courses(size: Size, embedder_id: str) -> Iterator[tuple[Any, Iterable[dict[str, Any]]]]:
    """Of each course: its timetable, its models, its imports, its webhooks."""
    each = size.each
    courses = [(course, number) for course in range(1, size.courses + 1) for number in range(each)]
    first = [(course, number) for course, number in courses if course <= size.courses_an_instructor]
    yield (
        models.WeeklyPattern,
        (
            {
                "course_id": course,
                "title": f"Lecture {number}",
                "weekdays": ["mo", "th"],
                "starts": time(9, 0),
                "minutes": 60,
                "first_day": date(2026, 9, 1),
                "last_day": date(2026, 12, 18),
            }
            for course, number in courses
            if number < max(1, each // 5)
        ),
    )
    yield (
        models.TimetableException,
        (
            {
                "course_id": course,
                "first_day": date(2026, 9, 1) + timedelta(days=number),
                "last_day": date(2026, 9, 1) + timedelta(days=number),
                "note": "A holiday",
            }
            for course, number in courses
        ),
    )
    yield (
        models.RosterModelVersion,
        (
            {
                "course_id": course,
                "number": number + 1,
                "kind": "fitted",
                "folder": f"{course}/{number + 1}",
                "manifest_sha256": "0" * 64,
                "embedder_id": embedder_id,
                "contents": {},
                "figures": {"people": 200, "photos": 1000, "threshold": 0.5},
                "is_active": number == each - 1,
            }
            for course, number in courses
        ),
    )
    yield (
        models.RosterFit,
        ({"course_id": course, "state": "done", "version_number": n + 1} for course, n in courses),
    )
    yield (
        models.PhotoImport,
        (
            {
                "id": (course - 1) * each + number + 1,
                "course_id": course,
                "folder": f"{course}-{number}",
                "file_name": "photos.zip",
                "size": 1,
                "state": "done",
                "created_by": 1,
            }
            for course, number in courses
        ),
    )
    yield (
        models.PhotoImportItem,
        (
            {
                "import_id": (course - 1) * each + number + 1,
                "position": position,
                "path": f"{position}.jpg",
                "student_number": "",
                "student_id": 1 + position % size.students,
                "state": "accepted",
            }
            for course, number in first
            for position in range(each * 5)
        ),
    )
    yield (
        models.Webhook,
        (
            {
                "id": (course - 1) * each + number + 1,
                "course_id": course,
                "url": f"https://hooks.example/{course}/{number}",
                "secret_encrypted": b"sealed",
                "last_event_id": 0,
            }
            for course, number in first
            if number < max(1, each // 5)
        ),
    )
    yield (
        models.WebhookDelivery,
        (
            {"webhook_id": (course - 1) * each + 1, "event_id": number, "type": "attendance", "status": 200}
            for course, _ in first
            for number in range(each)
        ),
    )


def of_the_installation(size: Size) -> Iterator[tuple[Any, Iterable[dict[str, Any]]]]:
    """The audit log, cameras, gesture models, platforms, certificates."""
    each = size.each
    yield (
        models.AuditEntry,
        (
            {
                "number": number,
                "at": TERM + timedelta(seconds=30 * number),
                "actor_id": 1 + number % size.instructors,
                "action": "signed_in" if number % 3 else "student_added",
                "subject": f"student:{number % size.students + 1}",
                "detail": {},
                "mac": "0" * 64,
            }
            for number in range(1, size.students * 10 + 1)
        ),
    )
    yield models.AuditHead, [{"id": 1, "number": size.students * 10, "mac": "0" * 64, "end_mac": "0" * 64}]
    yield (
        models.RoomCamera,
        (
            {"name": f"Hall {number}", "host": "camera.example", "address_sealed": b"sealed"}
            for number in range(each * 5)
        ),
    )
    yield (
        models.GestureModel,
        (
            {
                "id": number + 1,
                "name": f"Model {number}",
                "origin": "imported",
                "files_sha256": f"{number}",
                "labels": ["up", "round", "crossed", "nothing"],
                "meanings": {"up": "CAPTURE", "round": "O", "crossed": "X", "nothing": "IDLE"},
                "tfjs_version": "1.3.1",
                "made_at": "",
                "created_by": 1,
                "model_json": b"{}",
                "metadata_json": b"{}",
                "weights": b"",
            }
            for number in range(max(1, each // 5))
        ),
    )
    yield (
        models.LtiPlatform,
        (
            {
                "id": number + 1,
                "name": f"Platform {number}",
                "issuer": f"https://lms{number}.example",
                "client_id": "check-in",
                "deployment_ids": ["1"],
                "auth_login_url": "https://lms.example/login",
                "auth_token_url": "https://lms.example/token",
                "key_set_url": "https://lms.example/keys",
                "private_key_sealed": b"sealed",
                "public_key": "",
            }
            for number in range(max(1, each // 5))
        ),
    )
    yield (
        models.LtiContext,
        (
            {
                "id": course,
                "platform_id": 1,
                "context_id": str(course),
                "title": f"Course {course}",
                "course_id": course,
                "resource_link_id": "1",
            }
            for course in range(1, size.courses + 1)
        ),
    )
    yield (
        models.ErasureCertificate,
        (
            {
                "clean": True,
                "body": '{"deleted": {}, "searched": {}, "found_afterwards": {}}',
                "signature": "00",
            }
            for _ in range(each * 5)
        ),
    )
