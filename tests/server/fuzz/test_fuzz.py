"""Bent pictures, files, forms and addresses: never a 5xx, a hang, or memory that grows.

`make test` sends a few hundred, the same each time. `make fuzz` sends 20,000 (FUZZ_CASES, FUZZ_SEED).
"""

import os
import time

import pytest

from tests.server.fuzz.bodies import Bodies, bodies
from tests.server.fuzz.campaign import Campaign, memory, pictures

CASES = int(os.environ.get("FUZZ_CASES", "250"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
GROWTH_MB = 150
"""What caches, allocators and the database's pages may take; a leak of 8 kB a request would show."""
ENOUGH_TO_TELL = 1000
"""Of fewer cases, what is loaded at its first use weighs more than any leak."""

# Pillow and others say what they think of nonsense as warnings.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def files(demo_people) -> Bodies:
    return bodies(demo_people)


def told(capsys, *lines: object) -> None:
    with capsys.disabled():
        print("\n" + "\n".join(map(str, lines)))


def test_bent_pictures_are_decoded_or_refused(files, capsys):
    pictures(files, max(50, CASES // 10), SEED + 1)
    before, begun = memory(), time.monotonic()
    found = pictures(files, CASES, SEED)
    grown = memory() - before
    if CASES > ENOUGH_TO_TELL:
        told(capsys, f"{found}, {time.monotonic() - begun:.0f} s", f"memory {before:.0f} MB, {grown:+.0f} MB")
    assert found.wrong == []
    assert grown < GROWTH_MB or CASES <= ENOUGH_TO_TELL


def test_bent_requests_are_answered(app, db, demo_class, files, capsys):
    campaign = Campaign(app, files, demo_class.course.id, demo_class.session.id, demo_class.student_of(0))
    db.rollback()  # What reads on holds up what is deleted.
    first = campaign.run(max(50, CASES // 10), SEED + 1)
    before, begun = memory(), time.monotonic()
    found = campaign.run(CASES, SEED)
    grown = memory() - before
    if CASES > ENOUGH_TO_TELL:
        told(capsys, f"{found}, {time.monotonic() - begun:.0f} s", f"memory {before:.0f} MB, {grown:+.0f} MB")
    assert "\n".join(first.wrong + found.wrong) == ""
    assert grown < GROWTH_MB or CASES <= ENOUGH_TO_TELL
