"""Asks the package registries which pinned packages have known holes: `python -m setup.advisories`.

A registry that does not answer within seconds, or keeps no advisories, is skipped with a word: what was found
good yesterday stays good enough to work with on a train.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PINNED = ("requirements.txt", "requirements/dev.txt")
TO_ANSWER = 10
"""Seconds that a registry has for one package."""
TO_ANSWER_ALL = 120


class Verdict(NamedTuple):
    """What became of one look: `holes` is None where nobody could be asked, and `why`."""

    holes: list[str] | None
    why: str = ""


def main() -> int:
    """Print one line for each registry; 1 when a pinned package has a known hole, else 0."""
    verdicts = {"Python packages": python_packages(), "packages of the pages": page_packages()}
    for what, verdict in verdicts.items():
        if verdict.holes is None:
            print(f"advisories: {what}: skipped, {verdict.why}")
        else:
            print("\n  ".join([f"advisories: {what}: {len(verdict.holes)} known holes", *verdict.holes]))
    return 1 if any(verdict.holes for verdict in verdicts.values()) else 0


def python_packages() -> Verdict:
    """What pip-audit finds in the pinned packages. One of them is asked about first."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as one:
        one.write("pip-audit==2.0.0\n")
        one.flush()
        first = _pip_audit(one.name, seconds=TO_ANSWER)
    if first.holes is None:
        return first
    looked = [_pip_audit(ROOT / name, seconds=TO_ANSWER_ALL) for name in PINNED]
    if unanswered := [verdict for verdict in looked if verdict.holes is None]:
        return unanswered[0]
    return Verdict(sorted({hole for verdict in looked for hole in verdict.holes or []}))


def page_packages() -> Verdict:
    """What npm finds in web/package-lock.json: holes of high and critical severity."""
    command = ["npm", "audit", "--package-lock-only", "--json", "--fetch-retries=0"]
    answer = _json_of([*command, f"--fetch-timeout={TO_ANSWER * 1000}"], ROOT / "web", seconds=2 * TO_ANSWER)
    return holes_of_npm(answer)


def holes_of_pip_audit(answer: dict[str, Any] | None) -> Verdict:
    """Reads pip-audit's JSON. A package that the registry does not know of counts as no answer."""
    packages = (answer or {}).get("dependencies", [])
    if not any("vulns" in package for package in packages):
        return Verdict(None, "the registry keeps no advisories, or does not answer")
    return Verdict(
        [
            f"{package['name']} {package['version']}: {hole['id']}"
            + (f", mended in {', '.join(hole['fix_versions'])}" if hole["fix_versions"] else "")
            for package in packages
            for hole in package.get("vulns", [])
        ]
    )


def holes_of_npm(answer: dict[str, Any] | None) -> Verdict:
    """Reads `npm audit --json`."""
    if answer is None or "vulnerabilities" not in answer:
        return Verdict(None, "the registry keeps no advisories, or does not answer")
    return Verdict(
        [
            f"{name} {hole['range']}: {hole['severity']}"
            for name, hole in sorted(answer["vulnerabilities"].items())
            if hole["severity"] in ("high", "critical")
        ]
    )


def _pip_audit(requirements: str | Path, *, seconds: int) -> Verdict:
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--no-deps", "--progress-spinner=off"]
    options = ["--format=json", f"--timeout={TO_ANSWER}", f"--requirement={requirements}"]
    return holes_of_pip_audit(_json_of([*command, *options], ROOT, seconds=seconds))


def _json_of(command: list[str], folder: Path, *, seconds: int) -> dict[str, Any] | None:
    """The object that a command prints, None when it prints none in time."""
    try:
        said = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=seconds).stdout
        answer = json.loads(said)
    except (OSError, subprocess.TimeoutExpired, json.JSONDecodeError):
        return None
    return answer if isinstance(answer, dict) else None


if __name__ == "__main__":
    sys.exit(main())
