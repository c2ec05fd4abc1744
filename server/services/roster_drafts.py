"""Rosters on their way in: read, looked at, confirmed. Nothing is written to a roster before that."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict, Gone, Invalid, NotFound
from server.models import Account, Course, RosterDraft, utc_now
from server.services import roster_columns, roster_plan
from server.services.roster_columns import Layout
from server.services.roster_files import NUMBER_AND_NAME, Brought
from server.services.roster_plan import Plan

KEPT_FOR = timedelta(minutes=60)


def keep(
    db: Session, course: Course, account: Account, brought: Brought, *, source: str, whole: bool
) -> RosterDraft:
    """Keeps a list for its preview, for an hour; lists whose time is over are deleted with it."""
    layout = brought.layout()
    with writing(db):
        db.execute(delete(RosterDraft).where(RosterDraft.expires_at < utc_now()))
        draft = RosterDraft(
            course_id=course.id,
            account_id=account.id,
            source=source[:200],
            content=brought.as_json(),
            layout=layout.as_json() if layout else None,
            whole=whole,
            expires_at=utc_now() + KEPT_FOR,
        )
        db.add(draft)
    return draft


def get(db: Session, course: Course, account: Account, draft_id: int) -> RosterDraft:
    """A list that this account brought for the course.

    :raises NotFound: ``roster_draft_not_found``.
    :raises Gone: ``roster_draft_expired``.
    """
    draft = db.scalar(
        select(RosterDraft).where(
            RosterDraft.id == draft_id,
            RosterDraft.course_id == course.id,
            RosterDraft.account_id == account.id,
        )
    )
    if draft is None:
        raise NotFound("roster_draft_not_found")
    if draft.expires_at < utc_now():
        raise Gone("roster_draft_expired")
    return draft


def choose_columns(db: Session, draft: RosterDraft, layout: Layout) -> None:
    """Says which columns hold what.

    :raises Invalid: ``roster_columns_invalid``.
    """
    roster_columns.read(Brought.from_json(draft.content).rows, layout)
    with writing(db):
        draft.layout = layout.as_json()


def choose_class(db: Session, draft: RosterDraft, place: int) -> None:
    """Says which class of a bundle it is.

    :raises Invalid: ``roster_class_invalid``, ``csv_empty``.
    """
    chosen = Brought.from_json(draft.content).of_class(place)
    with writing(db):
        draft.content = chosen.as_json()
        draft.layout = NUMBER_AND_NAME.as_json()


def preview(db: Session, course: Course, draft: RosterDraft) -> Plan | None:
    """What the list would change now; None while its columns or its class are unknown."""
    if draft.layout is None:
        return None
    rows = roster_columns.read(Brought.from_json(draft.content).rows, Layout(**draft.layout))
    return roster_plan.make(db, course, rows, draft.whole)


def confirm(db: Session, course: Course, draft: RosterDraft, shown: str) -> Plan:
    """Takes the list over, exactly as the preview showed it, in one transaction.

    :param shown: digest of the plan that was confirmed.
    :raises Conflict: ``roster_changed_meanwhile`` when it would do something else by now.
    :raises Invalid: ``roster_nothing_to_do``.
    """
    with writing(db):
        plan = preview(db, course, draft)
        if plan is None or plan.digest() != shown:
            raise Conflict("roster_changed_meanwhile")
        if not plan.changes:
            raise Invalid("roster_nothing_to_do")
        roster_plan.carry_out(db, course, plan)
        db.delete(draft)
    return plan


def discard(db: Session, draft: RosterDraft) -> None:
    """Forgets a list."""
    with writing(db):
        db.delete(draft)
