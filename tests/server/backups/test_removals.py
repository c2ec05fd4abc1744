"""Backups and time: who was erased stays erased whatever is restored, and a backup is made every night."""

import json
import os
import shutil
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from recognition.exceptions import WeightsMissing
from server.auth import lifetime
from server.db import create_db_engine, create_session_factory, writing
from server.exceptions import BadSetting
from server.kept_keys import kept_keys
from server.models import (
    AccountFace,
    AccountFaceTemplate,
    Consent,
    FacePhoto,
    FaceTemplate,
    RosterModelVersion,
    RowRemovalKind,
    Student,
)
from server.night import Night
from server.runtime import Runtime
from server.services import (
    account_faces,
    audit,
    backup_catalogue,
    backups,
    courses,
    enrolment,
    erasure,
    people,
    removals,
    restoring,
    roster_models,
)
from server.services.backup_refusal import Refusal
from server.services.backups import Source
from server.services.certificates import Signer
from server.services.restore_place import Place
from server.settings import Settings, load_settings
from tests.server.backups.archives import PASSPHRASE, refusal
from tests.server.people import fresh, make_account


def agree_to_a_face(db, owner):
    with writing(db):
        db.add(AccountFace(account_id=owner.id, consent_version="1"))
        db.flush()
        db.add(
            AccountFaceTemplate(
                account_id=owner.id, shot="front", embedder_id="sface", vector_encrypted=b"x", yaw=0, pitch=0
            )
        )


def restored_faces(path, place):
    """How many people's data was removed once more, and whose faces are left."""
    done = restoring.restore(path, PASSPHRASE, place)
    there = create_db_engine(place.database)
    with Session(there) as restored:
        owners = set(restored.scalars(select(AccountFaceTemplate.account_id)))
        assert owners == set(restored.scalars(select(AccountFace.account_id)))
    there.dispose()
    return done.again, owners


class TestRemovals:
    """Who was erased stays erased, whatever is restored."""

    @pytest.fixture
    def place(self, runtime, settings):
        return erasure.Place(
            settings.data_dir,
            runtime.models,
            runtime.audit,
            Signer(runtime.keys.certificate),
            runtime.jobs.refit_roster,
        )

    @pytest.fixture
    def settings(self, data_folders, tmp_path):
        shutil.copytree(data_folders["empty"], tmp_path / "data")
        return Settings(data_dir=tmp_path / "data", threads=4)

    @pytest.fixture
    def before(self, db, runtime, settings, course, enrol_face, tmp_path):
        """A backup with two students, one of whom is to be erased and one to withdraw."""
        students = [
            enrol_face(course, name, number) for name, number in (("dana", "2026123"), ("leo", "2026456"))
        ]
        courses.add_student(db, course, "2026789", "Somebody without photos")
        db.commit()
        source = Source(runtime.database, settings.data_dir, kept_keys(settings, runtime.keys))
        (tmp_path / "kept").mkdir()
        backups.make(source, tmp_path / "kept" / "one.backup", PASSPHRASE)
        return students

    def test_they_are_removed_once_more(self, db, runtime, place, before, settings, tmp_path, empty):
        dana, leo = before
        certificate = json.loads(erasure.erase(db, dana, place, runtime.engine).body)
        assert certificate["clean"]
        assert [one["file"] for one in certificate["backups_that_still_hold_them"]] == ["one.backup"]
        enrolment.withdraw_consent(db, leo, models=runtime.models)
        text_of_list = (tmp_path / "kept" / "removals.json").read_text()
        assert "2026123" not in text_of_list
        done = restoring.restore(tmp_path / "kept" / "one.backup", PASSPHRASE, empty)
        assert done.again == 2
        there = create_db_engine(empty.database)
        with Session(there) as restored:
            assert {one.number for one in restored.scalars(select(Student))} == {"2026456", "2026789"}
            assert restored.scalars(select(FacePhoto)).all() == []
            assert restored.scalars(select(FaceTemplate)).all() == []
            (version,) = [one for one in restored.scalars(select(RosterModelVersion)) if one.is_active]
            assert version.contents == {}
            assert version.removed_at is not None
            listed = {one["row"] for one in removals.listed(restored)}
            assert len(listed) == 2, "the next restore knows it, too"
        there.dispose()

    def test_the_face_of_an_account_is_deleted_once_more(self, db, runtime, settings, tmp_path, empty):
        owners = [make_account(db, f"{name}@school.example") for name in ("gone", "back", "kept")]
        for owner in owners:
            agree_to_a_face(db, owner)
        (tmp_path / "kept").mkdir()
        source = Source(runtime.database, settings.data_dir, kept_keys(settings, runtime.keys))
        backups.make(source, tmp_path / "kept" / "one.backup", PASSPHRASE)
        gone, back, kept = owners
        people.set_active(db, kept, gone, False)
        account_faces.remove(db, back)
        agree_to_a_face(db, back)
        backups.make(source, tmp_path / "kept" / "two.backup", PASSPHRASE)
        assert restored_faces(tmp_path / "kept" / "one.backup", empty) == (2, {kept.id})
        shutil.rmtree(empty.data_dir)
        empty.data_dir.mkdir()
        assert restored_faces(tmp_path / "kept" / "two.backup", empty) == (0, {back.id, kept.id})

    def test_what_is_not_committed_is_not_listed(self, db, runtime, before, tmp_path):
        _, leo = before
        row = removals.row_hash(leo)
        removals.note(db, row, RowRemovalKind.WITHDRAWN)
        db.flush()
        db.rollback()
        with writing(db):
            leo.name = "Another name"
        assert not (tmp_path / "kept" / "removals.json").exists()

    def test_the_models_that_held_them_are_gone_and_made_anew(
        self, db, runtime, place, before, settings, tmp_path, empty
    ):
        dana, leo = before
        leo_id = leo.id
        erasure.erase(db, dana, place, runtime.engine)
        restoring.restore(tmp_path / "kept" / "one.backup", PASSPHRASE, empty)
        shutil.copytree(settings.data_dir / "secrets", empty.data_dir / "secrets")
        assert not list((empty.data_dir / "roster-models").rglob("*.sealed"))
        there = Runtime(Settings(data_dir=empty.data_dir), engine=runtime.engine)
        with there.sessions() as restored:
            (course_id,) = roster_models.outdated(restored, there.engine.embedder_id)
            assert roster_models.update(restored, there.models, course_id)
            version = roster_models.active_version(restored, course_id)
            assert list(version.contents) == [str(leo_id)]
        there.stop()

    def test_a_list_that_was_changed_is_refused(self, db, place, before, tmp_path, empty):
        removals.write_list(db, place.signer, {tmp_path / "kept"})
        path = tmp_path / "kept" / "removals.json"
        path.write_text(path.read_text().replace("removals", "additions"))
        assert refusal(tmp_path / "kept" / "one.backup", empty) == Refusal.BAD_ERASURES

    def test_the_list_of_another_installation_is_refused(self, db, before, tmp_path, empty):
        removals.write_list(db, Signer(bytes(32)), {tmp_path / "kept"})
        assert refusal(tmp_path / "kept" / "one.backup", empty) == Refusal.BAD_ERASURES

    def test_what_was_replaced_knows_of_removals_too(self, db, runtime, place, before, tmp_path, settings):
        dana, _ = before
        erasure.erase(db, dana, place, runtime.engine)
        (tmp_path / "kept" / "removals.json").unlink()
        runtime.stop()
        there = Place(settings.data_dir, settings.database)
        done = restoring.restore(tmp_path / "kept" / "one.backup", PASSPHRASE, there, replace=True)
        assert done.again == 1


class TestEveryNight:
    @pytest.fixture
    def settings(self, data_folders, tmp_path):
        shutil.copytree(data_folders["empty"], tmp_path / "data")
        return Settings(
            data_dir=tmp_path / "data",
            threads=4,
            backup_key=PASSPHRASE,
            backup_dir=tmp_path / "nightly",
            backup_keep=2,
        )

    def test_the_newest_stay(self, db, runtime, settings, tmp_path):
        night = Night(runtime, lambda: runtime.models, lifetime(settings))
        three = datetime(2099, 1, 1, 18, 0, tzinfo=UTC)
        for day in range(4):
            assert night.look(three + timedelta(days=day))
        kept = sorted(path.name for path in (tmp_path / "nightly").iterdir())
        assert kept == ["face-check-in-2099-01-03.backup", "face-check-in-2099-01-04.backup", "removals.json"]
        assert [Path(one.path).name for one in backup_catalogue.list_all(fresh(db))] == kept[:2]
        head = restoring.check(tmp_path / "nightly" / kept[0], PASSPHRASE)
        assert not head["with_keys"]

    def test_what_a_host_without_backups_removed_is_listed_beside_them(self, db, runtime, settings, tmp_path):
        night = Night(runtime, lambda: runtime.models, lifetime(settings))
        assert night.look(datetime(2099, 1, 1, 18, 0, tzinfo=UTC))
        listed = tmp_path / "nightly" / "removals.json"
        night.renew_lists()
        (before, written) = listed.read_text(), listed.stat().st_mtime_ns
        with create_session_factory(runtime.database)() as elsewhere, writing(elsewhere):
            removals.note(elsewhere, "ab" * 32, RowRemovalKind.ERASED)
        assert listed.read_text() == before
        night.renew_lists()
        assert "ab" * 32 in listed.read_text()
        assert listed.stat().st_mtime_ns > written
        os.utime(listed, (0, 0))
        night.renew_lists()
        assert listed.stat().st_mtime == 0, "nothing new, nothing written"

    @pytest.fixture
    def set_back(self, db, runtime, settings, course, enrol_face, tmp_path):
        """The database as it was before one student was erased and another one withdrew."""
        dana, leo = (
            enrol_face(course, name, number) for name, number in (("dana", "2026123"), ("leo", "2026456"))
        )
        night = Night(runtime, lambda: runtime.models, lifetime(settings))
        assert night.look(datetime(2099, 1, 1, 18, 0, tzinfo=UTC))
        database = settings.data_dir / "face-check-in.sqlite3"
        with closing(sqlite3.connect(tmp_path / "older")) as older, closing(sqlite3.connect(database)) as now:
            now.backup(older)
        place = erasure.Place(
            settings.data_dir,
            runtime.models,
            runtime.audit,
            Signer(runtime.keys.certificate),
            runtime.jobs.refit_roster,
        )
        erasure.erase(db, dana, place, runtime.engine)
        enrolment.withdraw_consent(db, leo, models=runtime.models)
        runtime.stop()
        for left in settings.data_dir.glob("face-check-in.sqlite3-*"):
            left.unlink()
        shutil.move(tmp_path / "older", database)
        there = Runtime(settings, engine=runtime.engine)
        yield there
        there.stop()

    def test_a_database_set_back_by_other_means_catches_up(self, set_back, settings, tmp_path):
        listed = tmp_path / "nightly" / "removals.json"
        before = listed.read_text()
        with set_back.sessions() as db:
            assert len(set(db.scalars(select(FacePhoto.student_id)))) == 2
            with writing(db):
                removals.note(db, "ab" * 32, RowRemovalKind.ERASED)
            known = json.loads(json.loads(listed.read_text())["body"])["removals"]
            assert len(known) == 3, "what is removed meanwhile takes nothing off the list"
        night = Night(set_back, lambda: set_back.models, lifetime(settings))
        night.renew_lists()
        with set_back.sessions() as db:
            assert [one.number for one in db.scalars(select(Student))] == ["2026456"]
            assert db.scalars(select(FacePhoto)).all() == []
            assert db.scalars(select(FaceTemplate)).all() == []
            (version,) = [one for one in db.scalars(select(RosterModelVersion)) if one.is_active]
            assert (version.contents, version.removed_at) == ({}, None)
            assert version.folder in set_back.store.folders()
            assert len(removals.listed(db)) == 3
            (entry,) = audit.page(db, action="removals_repeated").entries
            assert entry.detail == {"people": 2}
        assert before != listed.read_text()
        night = Night(set_back, lambda: pytest.fail("there is nothing to catch up with"), lifetime(settings))
        night.renew_lists()

    def test_without_networks_it_tries_again(self, set_back, settings, monkeypatch, caplog):
        tries = []

        def models():
            tries.append(None)
            if len(tries) < 3:
                raise WeightsMissing(Path("facenet.onnx"))
            return set_back.models

        monkeypatch.setattr("server.night.LOOK_EVERY_S", 0.05)
        monkeypatch.setattr(Night, "look", lambda *_: False)
        night = Night(set_back, models, lifetime(settings))
        night.start()
        try:
            deadline = time.monotonic() + 20
            while "was removed once more" not in caplog.text and time.monotonic() < deadline:
                time.sleep(0.05)
        finally:
            night.stop()
        assert len(tries) == 3
        with set_back.sessions() as db:
            assert [one.number for one in db.scalars(select(Student))] == ["2026456"]

    def test_who_agreed_again_stays(self, set_back, settings):
        with set_back.sessions() as db:
            leo = db.scalars(select(Student).where(Student.number == "2026456")).one()
            with writing(db):
                db.add(Consent(student_id=leo.id, text_version="later", given_by="the test"))
        Night(set_back, lambda: set_back.models, lifetime(settings)).renew_lists()
        with set_back.sessions() as db:
            consents = db.scalars(select(Consent).order_by(Consent.id)).all()
            assert [one.withdrawn_at is None for one in consents] == [False, True]
            assert db.scalars(select(FacePhoto)).all() == []

    def test_a_folder_that_cannot_be_written_is_told(self, db, runtime, settings, tmp_path, caplog):
        (tmp_path / "nightly").write_text("a file")
        night = Night(runtime, lambda: runtime.models, lifetime(settings))
        assert night.look(datetime(2099, 1, 1, 18, 0, tzinfo=UTC))
        assert "cannot be made" in caplog.text

    def test_it_needs_a_passphrase(self, tmp_path):
        with pytest.raises(BadSetting, match="BACKUP_KEY"):
            load_settings(backup_dir=tmp_path)
        with pytest.raises(BadSetting, match="at least 12 characters"):
            load_settings(backup_key="too short")
