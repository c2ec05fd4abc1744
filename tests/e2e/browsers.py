"""Debian's Chromium, with the camera that a test wants it to have."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--force-color-profile=srgb",
]
KIOSK_SIZE = {"width": 1280, "height": 800}


def chromium_path() -> str:
    """Where Debian's Chromium is."""
    program = shutil.which("chromium")
    assert program, "Chromium is missing: `make test` installs it"
    return program


def print_warning(message: ConsoleMessage) -> None:
    """What a page warns of is read beside the test that failed."""
    if message.type in {"warning", "error"}:
        print(f"{message.type}: {message.text} ({message.location['url']})")


@dataclass
class Browsers:
    """Starts browsers, and ends them all. A film (a recorded camera) has a browser to itself."""

    playwright: Playwright
    errors: list[str] = field(default_factory=list)
    """Exceptions that no script caught, in any page."""
    _running: dict[str, Browser] = field(default_factory=dict)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def page(
        self,
        *,
        film: Path | None = None,
        camera: str = "allowed",
        flags: Sequence[str] = (),
        **options: object,
    ) -> Page:
        """A page in a fresh profile. Options go to Playwright's new_context.

        :param film: plays as the webcam.
        :param camera: "allowed", "refused" (there is one, the user says no), or "none" (there is none).
        :param flags: more of Chromium's own switches.
        """
        browser = self._browser(film, camera, flags)
        settings = {"viewport": KIOSK_SIZE, "locale": "en-GB", "ignore_https_errors": True, **options}
        context = browser.new_context(**settings)
        context.set_default_timeout(60_000)
        if camera == "allowed":
            context.grant_permissions(["camera"])
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", print_warning)
        return page

    def _browser(self, film: Path | None, camera: str, more_flags: Sequence[str]) -> Browser:
        name = f"{film} {camera} {more_flags}"
        if name not in self._running:
            flags = [*QUIET, *more_flags]
            if camera != "none":
                flags.append("--use-fake-device-for-media-stream")
            if camera == "refused":
                flags.append("--deny-permission-prompts")
            if film is not None:
                flags.append(f"--use-file-for-fake-video-capture={film}")
            self._running[name] = self.playwright.chromium.launch(executable_path=chromium_path(), args=flags)
        return self._running[name]

    def end_pages(self) -> None:
        """Close the pages of one test, keep the browsers."""
        while self._contexts:
            self._contexts.pop().close()

    def end(self) -> None:
        """Close everything. Whoever asks for a page later gets a browser again."""
        self.end_pages()
        for browser in self._running.values():
            browser.close()
        self._running.clear()
