"""A kiosk that stays up: visit after visit, its memory stays as it is.

`make soak` makes 2,000 visits; in the tests it is a few. So that it takes minutes, the page's longer waits
are cut to a twentieth; everything else is as always: demo camera, burst, real server, answer.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import CDPSession

from tests.e2e.browsers import Browsers
from tests.e2e.kiosk_page import KioskPage
from tests.running_server import RunningServer

VISITS = int(os.environ.get("SOAK_VISITS", "15"))
SAMPLES = 10
MOST_GROWTH_BYTES = 4_000_000
MOST_GROWTH_NODES = 60
HURRY = """{
  const wait = window.setTimeout;
  window.setTimeout = (task, ms = 0, ...rest) => wait(task, ms >= 900 && ms < 60000 ? ms / 20 : ms, ...rest);
}"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """With the demo class."""
    running = RunningServer.start(tmp_path / "soak")
    yield running
    assert running.stop() == 0


@dataclass(frozen=True)
class Memory:
    """What the page holds after its garbage is collected."""

    heap: int
    nodes: int

    @classmethod
    def of(cls, session: CDPSession) -> "Memory":
        """Now."""
        session.send("HeapProfiler.collectGarbage")
        found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        return cls(int(found["JSHeapUsedSize"]), int(found["Nodes"]))


@pytest.mark.long
def test_memory_stays_steady_over_many_visits(server: RunningServer, browsers: Browsers) -> None:
    page = browsers.page(camera="none")
    page.add_init_script(HURRY)
    kiosk = KioskPage(page).open(server.url)
    kiosk.expect_state("trouble", "camera_none")
    page.locator("#use-demo").click()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    seen = []
    for visit in range(VISITS):
        kiosk.expect_state("waiting")
        page.keyboard.press("Space")
        kiosk.expect_state("confirming", seconds=30)
        page.keyboard.press("x")
        kiosk.expect_state("fallback", "not_me", seconds=30)
        page.keyboard.press("Escape")
        if visit % max(1, VISITS // SAMPLES) == 0:
            seen.append(Memory.of(session))
            print(f"visit {visit}: {seen[-1].heap / 1e6:.2f} MB, {seen[-1].nodes} nodes", flush=True)
    third = max(1, len(seen) // 3)
    early, late = seen[1 : 1 + third], seen[-third:]
    growth = median(one.heap for one in late) - median(one.heap for one in early)
    nodes = median(one.nodes for one in late) - median(one.nodes for one in early)
    assert growth < MOST_GROWTH_BYTES
    assert nodes < MOST_GROWTH_NODES
