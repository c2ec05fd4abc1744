"""Fitting a roster anew, and templates for another embedder."""

import pytest
from sqlalchemy import select

from server.jobs import Jobs
from server.models import FaceTemplate, RosterModelVersion, utc_now
from server.refitting import Refitting
from server.services import roster_models
from server.settings import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"refit_delay_s": 0.0, "refit_augment": 2})


@pytest.fixture
def refitting(runtime):
    return Refitting(runtime, lambda: runtime.engine)


@pytest.fixture
def enrolled(course, enrol_face):
    for number, person in enumerate(("dana", "omar", "leo")):
        enrol_face(course, person, str(number), photos=3)
    return course


def active(db, course):
    db.rollback()
    return roster_models.active_version(db, course.id)


def test_a_roster_is_fitted_from_all_photos(db, refitting, enrolled, runtime):
    updated = active(db, enrolled)
    assert updated.kind == "updated"
    refitting.refit_roster(enrolled.id)
    fitted = active(db, enrolled)
    assert (fitted.kind, fitted.number) == ("fitted", updated.number + 1)
    assert fitted.contents == updated.contents
    assert fitted.figures["people"] == 3
    assert fitted.figures["copies_per_photo"] == 2
    model = runtime.store.load(roster_models.stored(fitted), runtime.engine.embedder_id)
    assert set(model.labels) == set(fitted.contents)
    refitting.refit_roster(enrolled.id)
    assert active(db, enrolled).number == fitted.number


def test_photos_are_not_embedded_again(refitting, enrolled, runtime, monkeypatch):
    """Their embeddings are the templates in the database: what is left to embed is two copies of each."""
    embed, faces = runtime.engine.embedder.embed, []

    def counting(crops):
        faces.append(len(crops))
        return embed(crops)

    monkeypatch.setattr(runtime.engine.embedder, "embed", counting)
    refitting.refit_roster(enrolled.id)
    assert sum(faces) == 9 * 2


def test_it_waits_until_the_roster_is_quiet(db, runtime, enrolled):
    class Busy:
        settings = runtime.settings.model_copy(update={"refit_delay_s": 60.0})
        sessions, vault, store, jobs = runtime.sessions, runtime.vault, runtime.store, runtime.jobs

    Refitting(Busy(), lambda: runtime.engine).refit_roster(enrolled.id)
    assert active(db, enrolled).kind == "updated"


def test_a_course_without_a_model_is_left_alone(refitting, course):
    refitting.refit_roster(course.id)
    refitting.refit_roster(999)


def test_templates_are_renewed_for_another_embedder(db, refitting, enrolled, runtime):
    for template in db.scalars(select(FaceTemplate)):
        template.embedder_id = "an older one"
    version = active(db, enrolled)
    for version in db.scalars(select(RosterModelVersion)):
        version.embedder_id = "an older one"
    db.commit()
    refitting.renew_templates()
    templates = db.scalars(
        select(FaceTemplate).where(FaceTemplate.embedder_id == runtime.engine.embedder_id)
    ).all()
    assert len(templates) == 9
    renewed = active(db, enrolled)
    assert renewed.embedder_id == runtime.engine.embedder_id
    assert runtime.store.load(roster_models.stored(renewed), runtime.engine.embedder_id).labels


def test_jobs_go_through_the_queue(settings):
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    jobs, done = Jobs(settings), []
    jobs.refit_roster(7)
    jobs.renew_templates()
    jobs.import_photos(9)
    jobs.fit_now(5)
    worker = Jobs(settings)
    worker.does(
        refit_roster=done.append,
        renew_templates=lambda: done.append("renewed"),
        import_photos=lambda import_id: done.append(f"import {import_id}"),
        fit_now=lambda fit_id: done.append(f"fit {fit_id}"),
        absence_mails=lambda: done.append("mails"),
        look_for_left=lambda: None,
    )
    for task in worker.queue.read_periodic(utc_now().replace(tzinfo=None)):
        worker.queue.enqueue(task)
    queue = worker.queue
    for task in queue.storage.scheduled_items():
        assert queue.deserialize_task(task).name.endswith("refit_roster")
    for task in queue.read_schedule(utc_now().replace(tzinfo=None)):
        queue.enqueue(task)
    while (task := queue.dequeue()) is not None:
        queue.execute(task)
    assert sorted(map(str, done)) == ["7", "fit 5", "import 9", "mails", "renewed"]
