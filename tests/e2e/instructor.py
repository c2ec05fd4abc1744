"""An instructor at the dashboard, doing by hand what instructors do."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

NAME = "Haneul Kim"
EMAIL = "haneul@school.example"
PASSWORD = "a long walk by the river"
SECONDS_FOR_PHOTOS = 60.0


@dataclass(frozen=True)
class Instructor:
    """Somebody with a dashboard open in `page`; `root` is the server with its prefix, no slash at the end."""

    page: Page
    root: str

    def become_administrator(self, setup_path: str) -> None:
        """Follow the one-time link and choose a password."""
        self.page.goto(self.root + setup_path)
        for field, word in (("name", NAME), ("email", EMAIL), ("password", PASSWORD), ("repeated", PASSWORD)):
            self.page.locator(f"input[name={field}]").fill(word)
        self._submit("input[name=repeated]")
        expect(self.page).to_have_url(self.root + "/")

    def sign_in(self) -> None:
        """Sign in with the password chosen before."""
        self.page.goto(f"{self.root}/sign-in")
        self.page.locator("input[name=email]").fill(EMAIL)
        self.page.locator("input[name=password]").fill(PASSWORD)
        self._submit("input[name=password]")
        expect(self.page).to_have_url(self.root + "/")

    def create_course(self, code: str, name: str) -> int:
        """Make a course, and give its id."""
        self.page.goto(f"{self.root}/courses/new")
        self.page.locator("input[name=code]").fill(code)
        self.page.locator("input[name=name]").fill(name)
        self._submit("input[name=name]")
        return self._number(r"/courses/(\d+)$")

    def add_students(self, course: int, students: Sequence[tuple[str, str]]) -> None:
        """Paste a list of numbers and names, and take it over as the preview shows it."""
        self.page.goto(f"{self.root}/courses/{course}/roster")
        field = self.page.locator("textarea[name=roster-text]")
        self._reveal(field)
        field.fill("\n".join(", ".join(student) for student in students))
        self._submit("textarea[name=roster-text]")
        self.page.locator("#confirm").click()
        expect(self.page.get_by_text(students[-1][1]).first).to_be_visible()

    def open_student(self, course: int, name: str) -> None:
        """Go to a student's page."""
        self.page.goto(f"{self.root}/courses/{course}/roster")
        self.page.get_by_role("link", name=name).first.click()
        expect(self.page).to_have_url(re.compile(r"/students/\d+$"))

    def record_consent(self) -> None:
        """On a student's page: the student agreed."""
        self.page.locator("input[name=agreed]").check()
        self._submit("input[name=agreed]")
        expect(self.page.locator("input[name=photos]")).to_be_attached()

    def upload_photos(self, photos: Sequence[Path]) -> None:
        """On a student's page: choose files, and wait until each is there."""
        before = self.page.locator("#photos img").count()
        self.page.locator("input[name=photos]").set_input_files(photos)
        shown = self.page.locator("#photos img")
        expect(shown).to_have_count(before + len(photos), timeout=SECONDS_FOR_PHOTOS * 1000)

    def start_session(self, course: int, title: str) -> int:
        """Open a session now, and give its id."""
        self.page.goto(f"{self.root}/courses/{course}")
        field = self.page.locator("input[name=start-title]")
        self._reveal(field)
        field.fill(title)
        self._submit("input[name=start-title]")
        return self._number(r"/sessions/(\d+)$")

    def watch(self, session: int) -> None:
        """Open the live roster of a session."""
        self.page.goto(f"{self.root}/sessions/{session}")

    def row(self, name: str) -> Locator:
        """A student's row in the live roster."""
        return self.page.locator("[data-student]", has_text=name)

    def expect_status(self, name: str, status: str, seconds: float) -> None:
        """Wait until a row shows a status; "waiting" is that of somebody who has not come yet."""
        expect(self.row(name)).to_have_attribute("data-status", status, timeout=seconds * 1000)

    def recorded(self, session: int) -> dict[str, str]:
        """Who has a status in a session, by name, as the server tells it."""
        answer = self.page.request.get(f"{self.root}/api/v1/sessions/{session}/roster")
        assert answer.ok, answer.text()
        return {one["student"]["name"]: one["status"] for one in answer.json()["entries"] if one["status"]}

    def make_this_browser_a_kiosk(self, name: str) -> None:
        """Make this browser, where the instructor is signed in, a kiosk; that ends their session here."""
        self.page.goto(f"{self.root}/kiosks")
        self.page.locator("input[name=name]").fill(name)
        self._submit("input[name=name]")
        expect(self.page.locator("#kiosk")).to_be_visible()

    def accept_kiosk(self, code: str, name: str) -> None:
        """Make the browser that shows this code a kiosk."""
        self.page.goto(f"{self.root}/kiosks")
        self.page.locator("input[name=pairing-code]").fill(code)
        self.page.locator("input[name=pairing-name]").fill(name)
        self._submit("input[name=pairing-code]")
        expect(self.page.locator(".row", has_text=name)).to_be_visible()

    def revoke_kiosk(self, name: str) -> None:
        """End a kiosk."""
        self.page.goto(f"{self.root}/kiosks")
        self.page.locator(".row", has_text=name).locator("button").click()

    def _submit(self, field: str) -> None:
        self.page.locator(f"form:has({field}) button:not([type=button])").click()

    def _number(self, pattern: str) -> int:
        expect(self.page).to_have_url(re.compile(pattern))
        return int(re.search(pattern, self.page.url)[1])

    def _reveal(self, field: Locator) -> None:
        """Unfold what the field lies in, where it is folded."""
        folded = self.page.locator("details:not([open])", has=field)
        if folded.count():
            folded.locator("summary").first.click()
