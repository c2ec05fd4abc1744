"""A school on its first morning: an instructor, a course, students with photos, a session, a kiosk."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.browsers import Browsers
from tests.e2e.instructor import Instructor
from tests.e2e.kiosk_page import KioskPage
from tests.running_server import RunningServer

COURSE = ("BIO-101", "Biology 101")
MOST_PHOTOS = 4


@dataclass(frozen=True)
class Person:
    """A synthetic person: folder of pictures, and who they are in this school."""

    folder: Path
    number: str
    name: str

    @property
    def photos(self) -> list[Path]:
        """Photos for the enrolment, never shown to the kiosk."""
        return sorted((self.folder / "enrol").glob("*.jpg"))[:MOST_PHOTOS]


def people_in(demo_people: Path) -> list[Person]:
    """Everybody there is, in a fixed order, by the names that the demo class gives them."""
    listed = json.loads((demo_people / "people.json").read_text(encoding="utf-8"))["people"]
    return [
        Person(demo_people / one["id"], f"2026{place:04}", one["name"])
        for place, one in enumerate(sorted(listed, key=lambda one: one["id"]), start=1)
    ]


@dataclass(frozen=True)
class School:
    """Where it is, and the cookies of the instructor's and of the kiosk's browser."""

    server: RunningServer
    root: str
    course: int
    session: int
    instructor_cookies: dict
    kiosk_cookies: dict
    enrolled: Sequence[Person]
    without_photos: Person
    stranger: Person

    @classmethod
    def open(cls, server: RunningServer, root: str, browsers: Browsers, people: Sequence[Person]) -> "School":
        """Enrol all but two people through the dashboard: one has no photos yet, one is a stranger."""
        *enrolled, without_photos, stranger = people
        page = browsers.page()
        instructor = Instructor(page, root)
        instructor.become_administrator(server.setup_path())
        course = instructor.create_course(*COURSE)
        instructor.add_students(course, [(one.number, one.name) for one in (*enrolled, without_photos)])
        for person in enrolled:
            instructor.open_student(course, person.name)
            instructor.record_consent()
            instructor.upload_photos(person.photos)
        session = instructor.start_session(course, "Cells")
        instructor_cookies = page.context.storage_state()
        kiosk = browsers.page()
        at_kiosk = Instructor(kiosk, root)
        at_kiosk.sign_in()
        at_kiosk.make_this_browser_a_kiosk("Room 204")
        kiosk_cookies = kiosk.context.storage_state()
        browsers.end_pages()
        return cls(
            server,
            root,
            course,
            session,
            instructor_cookies,
            kiosk_cookies,
            enrolled,
            without_photos,
            stranger,
        )

    def kiosk(self, browsers: Browsers, film: Path, **options: object) -> KioskPage:
        """The paired kiosk, with somebody in front of its webcam."""
        page = browsers.page(film=film, storage_state=self.kiosk_cookies, **options)
        return KioskPage(page).open(self.root, f"?session={self.session}")

    def dashboard(self, browsers: Browsers, **options: object) -> Instructor:
        """The instructor's browser, signed in, with the live roster open."""
        page = browsers.page(storage_state=self.instructor_cookies, **options)
        instructor = Instructor(page, self.root)
        instructor.watch(self.session)
        return instructor
