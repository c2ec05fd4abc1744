"""The kiosk as its user sees it: what state it shows, and the few things one can press."""

from dataclasses import dataclass

from playwright.sync_api import Page, expect

SECONDS_FOR_A_VISIT = 20.0


@dataclass(frozen=True)
class KioskPage:
    """One open kiosk page."""

    page: Page

    def open(self, root: str, query: str = "") -> "KioskPage":
        """Go to the kiosk of the server at `root` (with prefix, without a slash at its end)."""
        self.page.goto(f"{root}/kiosk{query}")
        return self

    def expect_state(self, state: str, kind: str | None = None, seconds: float = SECONDS_FOR_A_VISIT) -> None:
        """Wait until the state machine shows this state (and kind). Fails with what it shows instead."""
        kiosk = self.page.locator("#kiosk")
        expect(kiosk).to_have_attribute("data-state", state, timeout=seconds * 1000)
        if kind is not None:
            expect(kiosk).to_have_attribute("data-kind", kind, timeout=5000)

    def check_in(self) -> None:
        """Press the one big button, once the kiosk waits for somebody."""
        self.expect_state("waiting")
        self.page.locator("#capture").click()

    def expect_name(self, name: str) -> None:
        """Wait for the question "is this you?" with this name."""
        self.expect_state("confirming")
        expect(self.page.locator("#title")).to_have_text(name)

    def answer(self, letter: str) -> None:
        """Press O or X on the keyboard."""
        self.page.keyboard.press(letter)

    def back(self) -> None:
        """Let the next person come."""
        self.page.keyboard.press("Escape")
        self.expect_state("waiting")

    def place_before_demo_camera(self, name: str) -> None:
        """Choose which synthetic person stands before the demo camera."""
        self.page.locator("#people .person", has_text=name).click()
