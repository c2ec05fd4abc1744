"""What the state of the installation means, in plain words, and how grave it is."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from flask_babel import format_decimal, gettext, ngettext

from recognition.score_drift import Drift
from server.installation_state import InstallationState
from server.models import utc_now
from server.views.pages.blueprint import bp
from server.views.pages.wording import ago

Grade = Literal["good", "attention", "bad"]

LITTLE_ROOM, NO_ROOM = 0.1, 0.03
"""Of the disk, free."""
LONG_WAIT_S = 600.0
ENOUGH_VISITS = 200
"""Before so many, chance moves the drift too much to speak of."""
SHIFTED = 0.5
OLD_BACKUP = timedelta(days=2)
OFTEN_REFUSED = 0.15
UNITS = ("B", "KB", "MB", "GB", "TB")


@dataclass(frozen=True)
class Finding:
    """One thing, how it is, and what it says."""

    name: str
    grade: Grade
    words: str


def findings(state: InstallationState, drift: Drift | None) -> list[Finding]:
    """Everything that is looked at, in a fixed order."""
    return [
        _processes(state),
        _kiosks(state),
        _jobs(state),
        _models(state),
        _scores(drift),
        _webhooks(state),
        _database(state),
        _disk(state),
        _backup(state),
    ]


@bp.app_template_filter("grade_word")
def grade_word(grade: Grade) -> str:
    """How it is, in a word or two."""
    return {"good": gettext("fine"), "attention": gettext("take a look"), "bad": gettext("act now")}[grade]


@bp.app_template_filter("bytes_words")
def bytes_words(count: float) -> str:
    """A size with its unit: 12.3 MB."""
    power = next((power for power in range(len(UNITS) - 1) if count < 1000 ** (power + 1)), len(UNITS) - 1)
    short = round(count / 1000**power, 1 if count < 100 * 1000**power else 0)
    return f"{format_decimal(short)} {UNITS[power]}"


def _processes(state: InstallationState) -> Finding:
    web = [row for row in state.processes if row.kind == "web"]
    memory = sum(row.figures.get("memory", 0) for row in state.processes)
    if not web:
        words = gettext("The first figures come a minute after the start.")
        return Finding(gettext("Web processes"), "attention", words)
    words = ngettext(
        "%(num)d process takes requests; all processes hold %(memory)s of memory.",
        "%(num)d processes take requests; all processes hold %(memory)s of memory.",
        len(web),
        memory=bytes_words(memory),
    )
    return Finding(gettext("Web processes"), "good", words)


def _kiosks(state: InstallationState) -> Finding:
    online, paired = state.backlogs.kiosks_online, state.backlogs.kiosks_paired
    name = gettext("Kiosks")
    if not paired:
        return Finding(name, "good", gettext("No kiosk is paired."))
    words = gettext("%(online)d of %(paired)d are online.", online=online, paired=paired)
    missing = state.backlogs.sessions_open > 0 and not online
    if missing:
        words += " " + gettext("A session is open, and no kiosk asks for it.")
    return Finding(name, "attention" if missing else "good", words)


def _jobs(state: InstallationState) -> Finding:
    name, queue = gettext("Jobs"), state.queue
    if queue.away:
        return Finding(name, "bad", gettext("The queue does not answer: see whether Redis runs."))
    if not state.jobs_alive:
        words = gettext("No process does the jobs: photos wait, and sessions do not open by themselves.")
        return Finding(name, "bad" if state.processes else "attention", words)
    if not queue.waiting:
        return Finding(name, "good", gettext("Nothing waits."))
    words = ngettext(
        "%(num)d job waits; the oldest for %(minutes)d min.",
        "%(num)d jobs wait; the oldest for %(minutes)d min.",
        queue.waiting,
        minutes=round(queue.oldest_s / 60),
    )
    return Finding(name, "attention" if queue.oldest_s > LONG_WAIT_S else "good", words)


def _models(state: InstallationState) -> Finding:
    behind = [course for course, (active, served) in state.rosters.items() if served < active]
    name = gettext("Roster models")
    if behind:
        words = ngettext(
            "The roster of %(num)d open course is served in an older version.",
            "The rosters of %(num)d open courses are served in an older version.",
            len(behind),
        )
        return Finding(name, "attention", words)
    if not state.rosters:
        return Finding(name, "good", gettext("No course with photos is open."))
    words = ngettext(
        "The roster of %(num)d open course is served in its newest version.",
        "The rosters of %(num)d open courses are served in their newest versions.",
        len(state.rosters),
    )
    return Finding(name, "good", words)


def _scores(drift: Drift | None) -> Finding:
    name = gettext("Recognition")
    if drift is None or drift.visits < ENOUGH_VISITS:
        few = drift.visits if drift else 0
        words = gettext("%(num)d visits in a day are too few to tell whether scores have moved.", num=few)
        return Finding(name, "good", words)
    if drift.shift > SHIFTED:
        words = gettext(
            "Strangers come closer to the threshold than the models believe; fit the rosters anew with photos"
            " from the kiosks' light."
        )
        return Finding(name, "attention", words)
    if drift.refused_share > OFTEN_REFUSED:
        words = (
            gettext("Many are not recognised, though nearly: look at the light and the cameras.")
            if drift.near_share > 0.5
            else gettext("Many are not recognised, and are like nobody on a roster: strangers come.")
        )
        return Finding(name, "attention", words)
    words = gettext("Scores fall where the models expect them (%(num)d visits in a day).", num=drift.visits)
    return Finding(name, "good", words)


def _webhooks(state: InstallationState) -> Finding:
    name, backlogs = gettext("Webhooks"), state.backlogs
    if backlogs.webhooks_failing:
        words = ngettext(
            "%(num)d address does not take what it is told; %(events)d events wait.",
            "%(num)d addresses do not take what they are told; %(events)d events wait.",
            backlogs.webhooks_failing,
            events=backlogs.webhook_events,
        )
        return Finding(name, "attention", words)
    if backlogs.webhook_events:
        words = ngettext(
            "%(num)d event is being told.", "%(num)d events are being told.", backlogs.webhook_events
        )
        return Finding(name, "good", words)
    return Finding(name, "good", gettext("Everything is told."))


def _database(state: InstallationState) -> Finding:
    words = gettext("It answers and takes up %(size)s.", size=bytes_words(state.database_bytes))
    return Finding(gettext("Database"), "good", words)


def _disk(state: InstallationState) -> Finding:
    free = state.disk_free_bytes / max(state.disk_bytes, 1)
    grade: Grade = "bad" if free < NO_ROOM else "attention" if free < LITTLE_ROOM else "good"
    words = gettext(
        "%(free)s of %(all)s are free.",
        free=bytes_words(state.disk_free_bytes),
        all=bytes_words(state.disk_bytes),
    )
    return Finding(gettext("Disk"), grade, words)


def _backup(state: InstallationState) -> Finding:
    name = gettext("Backup")
    if state.newest_backup is None:
        words = gettext("None is known here. Set BACKUP_DIR, and one is made every night.")
        return Finding(name, "attention", words)
    words = gettext("The newest was made %(when)s.", when=ago(state.newest_backup))
    return Finding(name, "attention" if utc_now() - state.newest_backup > OLD_BACKUP else "good", words)
