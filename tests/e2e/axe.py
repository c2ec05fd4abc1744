"""Asks axe-core whether what a page shows now keeps WCAG 2.2 at level AA."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

REPOSITORY = Path(__file__).resolve().parents[2]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async rules => {
  const { violations } = await axe.run(document, { runOnly: rules, resultTypes: ['violations'] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ; ')}`);
}"""


STILL = """() => document.getAnimations().every(one =>
  one.playState !== 'running' || one.effect.getComputedTiming().iterations === Infinity)"""


@cache
def _program() -> str:
    return (REPOSITORY / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What is wrong, a line each; animations are over before it looks."""
    page.wait_for_timeout(700)
    page.wait_for_function(STILL)
    if not page.evaluate("'axe' in window"):
        page.evaluate(_program())
    found: list[str] = page.evaluate(RUN, RULES)
    return found
