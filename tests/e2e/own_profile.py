"""A browser with a profile on the disk, which can be killed and started again as if the power had failed."""

import os
import shutil
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Page, Playwright

from tests.e2e.browsers import KIOSK_SIZE, QUIET, chromium_path, print_warning

WRONG_CLOCK = """{
  const right = Date.now;
  Date.now = () => right() - %d;
}"""


@dataclass
class OwnProfile:
    """Chromium on `folder`, watching `film`; its clock is behind by so many milliseconds."""

    playwright: Playwright
    folder: Path
    film: Path
    clock_behind: int = 0
    context: BrowserContext | None = None

    def start(self) -> Page:
        """Start, with what the profile holds."""
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.folder),
            executable_path=chromium_path(),
            args=[
                *QUIET,
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                f"--use-file-for-fake-video-capture={self.film}",
            ],
            viewport=KIOSK_SIZE,
            locale="en-GB",
        )
        self.context.set_default_timeout(60_000)
        self.context.grant_permissions(["camera"])
        if self.clock_behind:
            self.context.add_init_script(WRONG_CLOCK % self.clock_behind)
        page = self.context.pages[0]
        page.on("console", print_warning)
        return page

    def restart(self) -> Page:
        """Close it as a person does, so that its cookies are written, and start it again."""
        self.context.close()
        return self.start()

    def kill(self) -> None:
        """End every process of it at once, without a word; what it kept for speed alone is lost."""
        for process in self._processes():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while self._processes() and time.monotonic() < deadline:
            time.sleep(0.1)
        with suppress(Error):
            self.context.close()
        for lock in self.folder.glob("Singleton*"):
            lock.unlink()
        shutil.rmtree(self.folder / "Default" / "Cache")

    def _processes(self) -> list[int]:
        mark = f"--user-data-dir={self.folder}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                with suppress(OSError):
                    if mark in (entry / "cmdline").read_bytes().split(b"\0"):
                        found.append(int(entry.name))
        return found
