"""Measures, inside the two browsers, how long an answer at the kiosk takes to show on the dashboard."""

from dataclasses import dataclass

from playwright.sync_api import Page

SECONDS_TO_WAIT = 10.0
NOTE_THE_ANSWER = """
window.answeredAt = null;
addEventListener('keydown', () => { window.answeredAt ??= Date.now(); }, { capture: true });
"""
NOTE_EACH_STATUS = """name => {
  window.seenAt = {};
  const look = () => {
    const rows = [...document.querySelectorAll('[data-student]')];
    const row = rows.find((one) => one.textContent.includes(name));
    window.seenAt[row?.dataset.status ?? 'no row'] ??= Date.now();
  };
  look();
  new MutationObserver(look).observe(document.body, { subtree: true, attributes: true, childList: true });
}"""


@dataclass(frozen=True)
class AnswerClock:
    """Both pages run on this machine, so that their clocks are one. `start` before the key is pressed."""

    kiosk: Page
    dashboard: Page

    @classmethod
    def start(cls, kiosk: Page, dashboard: Page, name: str) -> "AnswerClock":
        """Watch the next key at the kiosk and the named student's row on the dashboard."""
        kiosk.evaluate(NOTE_THE_ANSWER)
        dashboard.evaluate(NOTE_EACH_STATUS, name)
        return cls(kiosk, dashboard)

    def seconds_to_dashboard(self, status: str) -> float:
        """Seconds from the key to the row with this status."""
        seen = self.dashboard.wait_for_function(
            "status => window.seenAt[status]", arg=status, timeout=SECONDS_TO_WAIT * 1000
        )
        return (seen.json_value() - self.kiosk.evaluate("window.answeredAt")) / 1000
