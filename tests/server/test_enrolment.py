"""Consent, photos, templates: how recognition of a student begins and ends."""

import io

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from server.exceptions import NotFound
from server.models import Consent, FacePhoto, FaceTemplate, RosterModelVersion
from server.services import class_sessions, courses, enrolment, roster_models
from tests.server.people import JPEG, Visitor, fresh


@pytest.fixture
def student(db, course):
    return courses.add_student(db, course, "1", "Dana")


@pytest.fixture
def add(db, runtime, course, student):
    def add(data, student=student, **options):
        return enrolment.add_photo(
            db,
            course,
            student,
            data,
            engine=runtime.engine,
            vault=runtime.vault,
            models=runtime.models,
            **options,
        )

    return add


@pytest.fixture
def photo(demo_people):
    return lambda person, n=1: (demo_people / person / "enrol" / f"{n:02}.jpg").read_bytes()


def stored_bytes(settings):
    """Everything in the data folder, as somebody who stole it would read it."""
    return b"".join(path.read_bytes() for path in settings.data_dir.rglob("*") if path.is_file())


class TestConsent:
    def test_no_template_without_it(self, db, student, add, photo):
        outcome = add(photo("dana"))
        assert (outcome.accepted, outcome.reason) == (False, "consent_missing")
        assert db.scalars(select(FacePhoto)).all() == []

    def test_it_is_taken_down_once(self, db, student):
        first = enrolment.record_consent(db, student, "Kim")
        assert enrolment.record_consent(db, student, "Lee").id == first.id
        assert (first.given_by, first.text_version) == ("Kim", enrolment.CONSENT_TEXT_VERSION)

    def test_withdrawing_it_deletes_everything(
        self, db, course, student, add, photo, settings, runtime, instructor
    ):
        enrolment.record_consent(db, student, "Kim")
        for n in (1, 2):
            assert add(photo("dana", n)).accepted
        sealed = [row.image_encrypted for row in db.scalars(select(FacePhoto))]
        sealed += [row.vector_encrypted for row in db.scalars(select(FaceTemplate))]
        folder = settings.data_dir / "roster-models" / str(course.id)
        before = {path.name for path in folder.iterdir()}
        told = []
        enrolment.withdraw_consent(db, student, models=runtime.models, changed=told.append)
        assert db.scalars(select(FacePhoto)).all() == db.scalars(select(FaceTemplate)).all() == []
        assert db.scalars(select(Consent)).one().withdrawn_at is not None
        version = roster_models.active_version(db, course.id)
        model = runtime.store.load(roster_models.stored(version), runtime.engine.embedder_id)
        assert model.labels == ()
        assert before.isdisjoint(path.name for path in folder.iterdir())
        assert told == [course.id]
        db.rollback()
        left = stored_bytes(settings)
        assert not any(secret[20:60] in left for secret in sealed)

    def test_it_can_be_given_again(self, db, student, add, photo, runtime):
        enrolment.record_consent(db, student, "Kim")
        enrolment.withdraw_consent(db, student, models=runtime.models)
        assert add(photo("dana")).reason == "consent_missing"
        enrolment.record_consent(db, student, "Kim")
        assert add(photo("dana")).accepted


class TestPhotos:
    @pytest.fixture(autouse=True)
    def consent(self, db, student):
        enrolment.record_consent(db, student, "Kim")

    def test_a_good_one_is_kept_encrypted_and_without_metadata(
        self, db, add, photo, settings, runtime, student
    ):
        image = Image.open(io.BytesIO(photo("dana")))
        exif = Image.Exif()
        exif[0x010E] = "taken at the student's home"
        out = io.BytesIO()
        image.save(out, "JPEG", quality=95, exif=exif)
        outcome = add(out.getvalue())
        assert outcome.accepted
        assert outcome.reason == "accepted"
        jpeg = enrolment.photo_jpeg(db, runtime.vault, student, outcome.photo_id)
        kept = Image.open(io.BytesIO(jpeg))
        assert (kept.format, max(kept.size) <= enrolment.STORED_SIDE) == ("JPEG", True)
        assert not kept.getexif()
        db.rollback()
        assert b"student's home" not in stored_bytes(settings)
        assert JPEG in jpeg
        assert JPEG not in stored_bytes(settings)
        (row,) = enrolment.photos(db, student)
        assert row.quality["sharpness"] > 0

    def test_the_template_is_of_this_photo(self, db, add, photo, runtime, student):
        add(photo("dana"))
        (template,) = db.scalars(select(FaceTemplate))
        vector = runtime.vault.open_template(
            template.vector_encrypted, student.id, runtime.engine.embedder_id
        )
        assert vector.shape == (640,)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)

    def test_the_same_file_counts_once(self, add, photo):
        assert add(photo("dana")).accepted
        assert add(photo("dana")).reason == "duplicate"

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "not_an_image"),
            (b"<html>", "not_an_image"),
            (b"GIF89a" + bytes(50), "unsupported_format"),
        ],
    )
    def test_what_is_no_photo_is_refused(self, add, data, reason):
        outcome = add(data)
        assert (outcome.accepted, outcome.reason) == (False, reason)

    def test_cut_off_and_empty_ones_are_refused(self, add, photo):
        assert add(photo("dana")[:4000]).reason == "truncated"
        out = io.BytesIO()
        Image.new("RGB", (640, 480), "grey").save(out, "JPEG")
        assert add(out.getvalue()).reason == "no_face"

    def test_there_is_a_limit(self, add, photo, monkeypatch):
        monkeypatch.setattr(enrolment, "MAX_PHOTOS", 1)
        assert add(photo("dana", 1)).accepted
        assert add(photo("dana", 2)).reason == "too_many_photos"

    def test_other_students_photos_are_out_of_reach(self, db, course, add, photo, runtime):
        photo_id = add(photo("dana")).photo_id
        other = courses.add_student(db, course, "2", "Omar")
        with pytest.raises(NotFound, match="photo_not_found"):
            enrolment.photo_jpeg(db, runtime.vault, other, photo_id)
        with pytest.raises(NotFound, match="photo_not_found"):
            enrolment.remove_photo(db, other, photo_id, models=runtime.models)

    def test_removing_one_takes_it_out_of_the_model(self, db, add, photo, runtime, student, course):
        first, second = (add(photo("dana", n)).photo_id for n in (1, 2))
        enrolment.remove_photo(db, student, first, models=runtime.models)
        version = roster_models.active_version(db, course.id)
        (kept,) = version.contents[str(student.id)]
        assert db.get(FaceTemplate, kept).photo_id == second


def test_a_new_photo_is_recognised_at_the_kiosk_without_a_restart(
    db, client, course, enrol_face, probes, runtime
):
    course.is_demo = True  # so that any browser may use it
    session = class_sessions.start(db, course)
    visitor = Visitor(client, session.id)
    assert runtime.live.get(course.id, wait=3.0) is not None
    assert visitor.show(probes("dana")[:3]).json["reason"] == "unknown"
    student = enrol_face(course, "dana", "1")
    version = roster_models.active_version(db, course.id).number
    wait_until(lambda: runtime.live.get(course.id).number == version)
    body = visitor.show(probes("dana")[:3]).json
    assert (body["reason"], body["student"]["id"]) == ("match", student.id)
    enrolment.withdraw_consent(db, student, models=runtime.models)
    wait_until(lambda: runtime.live.get(course.id).number == version + 1)
    assert visitor.show(probes("dana")[:3]).json["reason"] == "unknown"


def test_versions_are_pruned(db, course, enrol_face, settings, runtime):
    for person in ("dana", "omar", "leo"):
        enrol_face(course, person, person)
    remembered = fresh(db).scalars(select(RosterModelVersion)).all()
    versions = [version for version in remembered if version.removed_at is None]
    assert len(versions) == roster_models.VERSIONS_KEPT
    assert all(version.contents == {} for version in remembered if version.removed_at is not None)
    assert sum(version.is_active for version in versions) == 1
    folders = {path.name for path in (settings.data_dir / "roster-models" / str(course.id)).iterdir()}
    assert folders == {version.folder.split("/")[1] for version in versions}


def wait_until(condition, seconds=5.0):
    import time

    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
