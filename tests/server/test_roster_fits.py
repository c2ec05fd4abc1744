"""Fits as jobs: asked for, told of while they run, never in the way of a check-in; and going back."""

import threading
import time

import pytest
from sqlalchemy import select

from server.exceptions import Conflict, NotFound
from server.models import FitState, RosterFit, RosterModelVersion
from server.refitting import Refitting
from server.services import class_sessions, enrolment, kiosks, roster_fits, roster_models, roster_rollback
from server.settings import Settings
from tests.server.people import Visitor, fresh
from training.fitting import fit_photos


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"refit_delay_s": 0.0, "refit_augment": 2})


@pytest.fixture
def refitting(runtime):
    return Refitting(runtime, lambda: runtime.engine)


@pytest.fixture
def enrolled(course, enrol_face):
    return [enrol_face(course, person, person, photos=2) for person in ("dana", "omar", "leo")]


def active(db, course) -> RosterModelVersion:
    return roster_models.active_version(fresh(db), course.id)


class TestAFit:
    def test_it_tells_its_stages_in_their_order(
        self, db, course, refitting, enrolled, enrol_face, monkeypatch
    ):
        enrol_face(course, "kai", "kai", photos=3)  # Enough to keep one apart.
        monkeypatch.setattr(roster_fits, "TOLD_EVERY_S", 0.0)
        seen = []
        tell = roster_fits.FitProgress.__call__

        def telling(progress, *given):
            tell(progress, *given)
            fit = roster_fits.under_way(fresh(db), course.id)
            seen.append((fit.stage, fit.done, fit.total))

        monkeypatch.setattr(roster_fits.FitProgress, "__call__", telling)
        refitting.refit_roster(course.id)
        stages = [stage for stage, _, _ in seen]
        assert list(dict.fromkeys(stages)) == ["loading", "copies", "fitting", "calibrating"]
        assert ("loading", 3, 4) in seen
        assert ("copies", 0, 0) in seen
        fit = roster_fits.latest(fresh(db), course.id)
        assert (fit.state, fit.asked_by) == (FitState.DONE, "")
        assert fit.version_number == active(db, course).number
        assert active(db, course).figures["held_out"]["own_threshold"]["fnir"]["total"] > 0

    def test_it_can_be_asked_for_though_nothing_changed(self, db, course, instructor, refitting, enrolled):
        refitting.refit_roster(course.id)
        before = active(db, course).number
        fit = roster_fits.ask(db, course, instructor)
        with pytest.raises(Conflict, match="fit_under_way"):
            roster_fits.ask(db, course, instructor)
        refitting.fit_now(fit.id)
        refitting.fit_now(fit.id)
        assert active(db, course).number == before + 1
        assert (fit.state, fit.asked_by, fit.version_number) == ("done", instructor.name, before + 1)

    def test_without_photos_there_is_nothing_to_fit(self, db, course, instructor):
        with pytest.raises(Conflict, match="nothing_to_fit"):
            roster_fits.ask(db, course, instructor)

    def test_after_a_kill_it_is_done_again(self, db, course, instructor, refitting, enrolled):
        asked = roster_fits.ask(db, course, instructor)
        roster_fits.take_up(db, asked.id)
        by_itself = roster_fits.begin(db, course.id)
        assert roster_fits.recover(db) == [asked.id]
        assert (asked.state, by_itself.state, by_itself.reason) == ("waiting", "failed", "interrupted")
        refitting.fit_now(asked.id)
        assert fresh(db).get(RosterFit, asked.id).state == "done"

    def test_an_error_is_noted(self, db, course, instructor, runtime, enrolled):
        def broken():
            raise RuntimeError("no networks")

        asked = roster_fits.ask(db, course, instructor)
        with pytest.raises(RuntimeError):
            Refitting(runtime, broken).fit_now(asked.id)
        assert (fresh(db).get(RosterFit, asked.id).state, asked.reason) == ("failed", "internal_error")

    def test_a_roster_that_changes_meanwhile_is_not_overwritten(
        self, db, course, instructor, refitting, enrolled, enrol_face, monkeypatch
    ):
        def changing(*given, **options):
            enrol_face(course, "kai", "kai", photos=1)
            return fit_photos(*given, **options)

        monkeypatch.setattr("server.refitting.fit_photos", changing)
        asked = roster_fits.ask(db, course, instructor)
        refitting.fit_now(asked.id)
        assert fresh(db).get(RosterFit, asked.id).state == "overtaken"
        assert len(active(db, course).contents) == 4

    def test_check_ins_go_on_while_it_runs(
        self, db, course, client, runtime, refitting, enrolled, probes, instructor, monkeypatch
    ):
        """The fit is held in its middle until the visit was answered."""
        session = class_sessions.start(db, course)
        client.set_cookie("kiosk", kiosks.register(db, "Room 1", instructor)[1])
        assert runtime.live.get(course.id, wait=5) is not None
        inside, go_on = threading.Event(), threading.Event()

        def held(*given, **options):
            inside.set()
            assert go_on.wait(30)
            return fit_photos(*given, **options)

        monkeypatch.setattr("server.refitting.fit_photos", held)
        fitting = threading.Thread(target=refitting.refit_roster, args=(course.id,))
        fitting.start()
        try:
            assert inside.wait(10)
            assert roster_fits.under_way(fresh(db), course.id).state == "running"
            db.rollback()
            begun = time.monotonic()
            answer = Visitor(client, session.id).show(probes("dana")[:3])
            assert time.monotonic() - begun < 5
            assert (answer.status_code, answer.json["reason"]) == (200, "match")
        finally:
            go_on.set()
            fitting.join(60)
        assert active(db, course).kind == "fitted"


class TestGoingBack:
    def test_an_earlier_version_serves_again_with_who_joined_since(
        self, db, course, runtime, refitting, enrolled, enrol_face, instructor
    ):
        refitting.refit_roster(course.id)
        first = active(db, course).number
        late = enrol_face(course, "kai", "kai", photos=2)
        refitting.refit_roster(course.id)
        number = roster_rollback.roll_back(db, runtime.models, course, first)
        now = active(db, course)
        assert (now.number, now.kind, now.figures["restored"]) == (number, "rolled_back", first)
        assert set(now.contents) == {str(one.id) for one in (*enrolled, late)}
        model = runtime.store.load(roster_models.stored(now), runtime.engine.embedder_id)
        assert set(model.labels) == set(now.contents)
        refitting.refit_roster(course.id)
        assert active(db, course).number == number, "nothing is fitted until the roster changes"
        assert course.id not in roster_models.unfitted(db)

    def test_what_was_deleted_never_comes_back(self, db, course, runtime, refitting, enrolled, settings):
        refitting.refit_roster(course.id)
        fitted = active(db, course)
        number, folder = fitted.number, settings.data_dir / "roster-models" / fitted.folder
        assert folder.exists()
        db.rollback()
        enrolment.withdraw_consent(db, enrolled[0], models=runtime.models)
        assert not folder.exists()
        with pytest.raises(Conflict, match="version_held_deleted"):
            roster_rollback.roll_back(db, runtime.models, course, number)
        gone = roster_rollback.version_of(db, course, number)
        assert gone.contents == {}
        assert gone.figures["people"] == 3
        assert str(enrolled[0].id) not in active(db, course).contents

    def test_a_version_that_holds_more_than_the_roster_is_refused_though_its_files_are_there(
        self, db, course, runtime, refitting, enrolled, enrol_face
    ):
        """Consent was withdrawn, and the process ended before the models followed."""
        refitting.refit_roster(course.id)
        number = active(db, course).number
        enrol_face(course, "kai", "kai", photos=1)
        given = enrolment.consent(db, enrolled[0])
        given.withdrawn_at = given.given_at
        db.commit()
        with pytest.raises(Conflict, match="version_held_deleted"):
            roster_rollback.roll_back(db, runtime.models, course, number)

    def test_others_that_cannot_serve(self, db, course, runtime, enrolled, enrol_face):
        with pytest.raises(NotFound):
            roster_rollback.roll_back(db, runtime.models, course, 99)
        with pytest.raises(Conflict, match="version_serves"):
            roster_rollback.roll_back(db, runtime.models, course, active(db, course).number)
        with pytest.raises(Conflict, match="version_removed"):
            roster_rollback.roll_back(db, runtime.models, course, 1)
        before = active(db, course).number - 1
        version = roster_rollback.version_of(db, course, before)
        version.embedder_id = "another"
        db.commit()
        with pytest.raises(Conflict, match="version_other_networks"):
            roster_rollback.roll_back(db, runtime.models, course, before)

    def test_fitted_versions_outlive_updates(self, db, course, runtime, refitting, enrolled, enrol_face):
        """Some photos one after the other must not push the last fit out."""
        refitting.refit_roster(course.id)
        fitted = active(db, course).number
        enrol_face(course, "kai", "kai", photos=4)
        kept = [version.number for version in roster_models.usable_versions(fresh(db), course.id)]
        assert len(kept) == roster_models.VERSIONS_KEPT
        assert fitted in kept
        remembered = db.scalars(select(RosterModelVersion.number)).all()
        assert len(remembered) == max(remembered)
