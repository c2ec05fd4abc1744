"""Photos of many students from one ZIP."""

import io
import random
import stat
import zipfile
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
import pytest
from sqlalchemy import select

from server.exceptions import Conflict, Invalid, NotFound
from server.models import Consent, FacePhoto, PhotoImport, PhotoImportItem, utc_now
from server.photo_importing import PhotoImporting
from server.services import courses, enrolment, photo_archive, photo_imports, roster_models
from server.services.photo_archive import number_of
from server.services.sealed_uploads import PART_BYTES, parts_of
from tests.server.people import JPEG, fresh

PEOPLE = ("dana", "omar", "leo")


@pytest.fixture
def class_of(db, course):
    """Students 20260001… with consent for all but the last."""
    students = [courses.add_student(db, course, f"2026000{n}", name) for n, name in enumerate(PEOPLE, 1)]
    for student in students[:-1]:
        enrolment.record_consent(db, student, "the test")
    return students


@pytest.fixture
def importing(runtime):
    return PhotoImporting(runtime, lambda: runtime.engine)


@pytest.fixture
def photos(demo_people: Path):
    def of(person: str, most: int = 2) -> list[bytes]:
        return [path.read_bytes() for path in sorted((demo_people / person / "enrol").glob("*.jpg"))[:most]]

    return of


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def class_zip(photos) -> bytes:
    """Folders and file names by number, one photo turned on its side, and what does not belong there."""
    files = {f"class/20260001/{n}.jpg": data for n, data in enumerate(photos("dana"))}
    files |= {f"20260002_{n}.jpg": data for n, data in enumerate(photos("omar"))}
    files |= {f"20260003 leo/{n}.jpg": data for n, data in enumerate(photos("leo"))}
    files["20260001/again.jpg"] = photos("dana")[0]
    files["20269999/1.jpg"] = photos("leo")[0]
    files["holiday.jpg"] = photos("leo")[1]
    files["20260002/notes.txt"] = b"not a picture"
    files["__MACOSX/20260001/._1.jpg"] = b"noise"
    return zipped(files)


@pytest.fixture
def send(db, runtime, course, instructor):
    def sending(content: bytes, name: str = "class.zip") -> PhotoImport:
        job = photo_imports.begin(db, course, instructor, name, len(content))
        for number in range(parts_of(len(content))):
            part = content[number * PART_BYTES : (number + 1) * PART_BYTES]
            photo_imports.add_part(db, runtime.uploads, job, number, part)
        photo_imports.look(db, runtime.uploads, job)
        return job

    return sending


def outcomes(db, job) -> dict[str, str]:
    rows = fresh(db).scalars(select(PhotoImportItem).where(PhotoImportItem.import_id == job.id))
    return {item.path: item.reason or item.state for item in rows}


def kept(runtime, job) -> set[int]:
    return runtime.uploads.kept(job.folder)


class TestTheWholeJob:
    def test_each_photo_has_its_report(self, db, runtime, class_of, send, class_zip, importing, instructor):
        job = send(class_zip)
        assert job.state == "ready"
        assert [one.number for one in photo_imports.students_without_consent(db, job)] == ["20260003"]
        photo_imports.confirm(db, job, instructor, consents_on_paper=False)
        importing.import_photos(job.id)
        assert outcomes(db, job) == {
            "class/20260001/0.jpg": "accepted",
            "class/20260001/1.jpg": "accepted",
            "20260002_0.jpg": "accepted",
            "20260002_1.jpg": "accepted",
            "20260003 leo/0.jpg": "consent_missing",
            "20260003 leo/1.jpg": "consent_missing",
            "20260001/again.jpg": "duplicate",
            "20269999/1.jpg": "student_not_found",
            "holiday.jpg": "number_missing",
            "20260002/notes.txt": "not_an_image",
        }
        assert job.state == "done"
        assert job.finished_at is not None
        assert kept(runtime, job) == set()
        version = roster_models.active_version(fresh(db), job.course_id)
        assert set(version.contents) == {str(one.id) for one in class_of[:2]}

    def test_consents_on_paper_are_recorded_as_such(
        self, db, class_of, send, class_zip, importing, instructor
    ):
        job = send(class_zip)
        photo_imports.confirm(db, job, instructor, consents_on_paper=True)
        importing.import_photos(job.id)
        assert outcomes(db, job)["20260003 leo/0.jpg"] == "accepted"
        assert enrolment.consent(db, class_of[2]).given_by == f"on paper: {instructor.name}"
        assert enrolment.consent(db, class_of[0]).given_by == "the test"

    def test_who_has_withdrawn_is_not_enrolled_by_a_statement(
        self, db, runtime, class_of, send, class_zip, importing, instructor
    ):
        enrolment.withdraw_consent(db, class_of[0], models=runtime.models)
        job = send(class_zip)
        photo_imports.confirm(db, job, instructor, consents_on_paper=True)
        importing.import_photos(job.id)
        assert outcomes(db, job)["class/20260001/0.jpg"] == "consent_missing"
        assert fresh(db).scalars(select(FacePhoto).where(FacePhoto.student_id == class_of[0].id)).all() == []
        assert len(db.scalars(select(Consent).where(Consent.student_id == class_of[0].id)).all()) == 1

    def test_a_photo_on_its_side_is_turned_by_its_exif_data(
        self, db, class_of, send, photos, importing, instructor
    ):
        image = cv2.imdecode(np.frombuffer(photos("dana")[0], np.uint8), cv2.IMREAD_COLOR)
        lying = cv2.imencode(".jpg", cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE))[1].tobytes()
        exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
        turned = lying[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2) + exif + lying[2:]
        job = send(zipped({"20260001/1.jpg": turned}))
        photo_imports.confirm(db, job, instructor, consents_on_paper=False)
        importing.import_photos(job.id)
        assert outcomes(db, job) == {"20260001/1.jpg": "accepted"}


class TestAKilledJob:
    def test_it_goes_on_where_it_was(
        self, db, runtime, class_of, send, class_zip, importing, instructor, monkeypatch
    ):
        """Killed right after a photo was kept, before the model knew: nothing is lost or done twice."""
        job = send(class_zip)
        photo_imports.confirm(db, job, instructor, consents_on_paper=False)
        seen, accept = [], enrolment.accept_photo

        def dying(*given, **options):
            outcome = accept(*given, **options)
            seen.append(outcome)
            if len(seen) == 2:
                raise KeyboardInterrupt
            return outcome

        monkeypatch.setattr(enrolment, "accept_photo", dying)
        with pytest.raises(KeyboardInterrupt):
            importing.import_photos(job.id)
        assert photo_imports.unfinished(fresh(db)) == [job.id]
        before = photo_imports.progress(db, job)
        assert (before.accepted, before.waiting) == (2, 6)
        assert kept(runtime, job) == {0}

        monkeypatch.setattr(enrolment, "accept_photo", accept)
        PhotoImporting(runtime, lambda: runtime.engine).import_photos(job.id)
        after = photo_imports.progress(fresh(db), job)
        assert (after.accepted, after.waiting) == (4, 0)
        assert outcomes(db, job)["class/20260001/0.jpg"] == "accepted"
        assert photo_imports.unfinished(db) == []
        version = roster_models.active_version(db, job.course_id)
        assert {label: len(ids) for label, ids in version.contents.items()} == {
            str(one.id): 2 for one in class_of[:2]
        }

    def test_it_can_be_stopped(self, db, runtime, class_of, send, class_zip, importing, instructor):
        job = send(class_zip)
        photo_imports.confirm(db, job, instructor, consents_on_paper=False)
        photo_imports.cancel(db, runtime.uploads, job)
        importing.import_photos(job.id)
        assert fresh(db).scalars(select(FacePhoto)).all() == []
        assert kept(runtime, job) == set()
        with pytest.raises(Conflict):
            photo_imports.cancel(db, runtime.uploads, job)

    def test_a_lost_part_ends_it_with_a_reason(
        self, db, runtime, class_of, send, class_zip, importing, instructor
    ):
        job = send(class_zip)
        photo_imports.confirm(db, job, instructor, consents_on_paper=False)
        runtime.uploads.delete(job.folder)
        importing.import_photos(job.id)
        assert (fresh(db).get(PhotoImport, job.id).state, job.reason) == ("refused", "zip_unreadable")


class TestTheSealedZip:
    def test_nothing_of_it_lies_on_disk_in_the_clear(self, runtime, class_of, send, class_zip):
        job = send(class_zip)
        (part,) = (runtime.settings.data_dir / "uploads" / job.folder).iterdir()
        assert b"20260001" not in part.read_bytes()
        assert JPEG in class_zip
        assert JPEG not in part.read_bytes()

    def test_it_reads_as_one_file(self, runtime):
        content = random.Random(0).randbytes(2 * PART_BYTES + 12345)
        for number in range(parts_of(len(content))):
            start = number * PART_BYTES
            runtime.uploads.write("a", number, content[start : start + PART_BYTES])
        with runtime.uploads.open("a", len(content)) as file:
            assert file.read() == content
            file.seek(PART_BYTES - 5)
            assert file.read(10) == content[PART_BYTES - 5 : PART_BYTES + 5]
            file.seek(-3, io.SEEK_END)
            assert file.read(10) == content[-3:]

    def test_parts_that_do_not_belong_are_refused(self, db, runtime, course, instructor):
        job = photo_imports.begin(db, course, instructor, "x.zip", PART_BYTES + 5)
        for number, size in ((0, 5), (1, 6), (2, 5), (-1, 5)):
            with pytest.raises(Invalid):
                photo_imports.add_part(db, runtime.uploads, job, number, bytes(size))
        photo_imports.add_part(db, runtime.uploads, job, 1, bytes(5))
        with pytest.raises(Invalid, match="upload_incomplete"):
            photo_imports.look(db, runtime.uploads, job)
        assert fresh(db).get(PhotoImport, job.id).state == "uploading"

    def test_what_nobody_confirms_is_forgotten(self, db, runtime, class_of, send, class_zip):
        job = send(class_zip)
        photo_imports.forget_abandoned(db, runtime.uploads)
        assert kept(runtime, job) == {0}
        job.created_at = utc_now() - photo_imports.ABANDONED_AFTER * 2
        db.commit()
        runtime.uploads.write("of-nobody", 0, b"x")
        photo_imports.forget_abandoned(db, runtime.uploads)
        assert runtime.uploads.folders() == set()
        assert job.state == "cancelled"
        job.finished_at = utc_now() - photo_imports.REMEMBERED_FOR * 2
        db.commit()
        photo_imports.forget_abandoned(db, runtime.uploads)
        assert db.scalars(select(PhotoImportItem)).all() == []

    def test_erasing_a_student_erases_what_names_them(self, db, class_of, send, class_zip):
        send(class_zip)
        db.delete(class_of[0])
        db.commit()
        assert "20260001" not in " ".join(db.scalars(select(PhotoImportItem.path)))


class TestAnUnsafeZip:
    @pytest.mark.parametrize(
        "name", ["../20260001/1.jpg", "/etc/1.jpg", "a/../../1.jpg", "C:/1.jpg", "a\\..\\1.jpg"]
    )
    def test_paths_that_lead_outside(self, db, runtime, class_of, send, name):
        job = send(zipped({name: b"x"}))
        assert (job.state, job.reason) == ("refused", "zip_unsafe")
        assert kept(runtime, job) == set()

    def test_a_link(self, class_of, send):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            link = zipfile.ZipInfo("20260001/1.jpg")
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(link, "/etc/passwd")
        assert send(buffer.getvalue()).reason == "zip_unsafe"

    def test_a_bomb_costs_one_photo(self, db, class_of, send, importing, instructor):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("20260001/1.jpg", bytes(40_000_000))
        job = send(buffer.getvalue())
        photo_imports.confirm(db, job, instructor, consents_on_paper=False)
        importing.import_photos(job.id)
        assert outcomes(db, job) == {"20260001/1.jpg": "too_many_bytes"}

    def test_more_than_it_may_hold(self, class_of, send, monkeypatch):
        many = zipped({f"20260001/{n}.jpg": b"" for n in range(photo_archive.MAX_PHOTOS + 1)})
        assert send(many).reason == "zip_too_many_files"
        monkeypatch.setattr(photo_archive, "MAX_DIRECTORY_BYTES", 1000)
        assert send(zipped({f"{n}.jpg": b"" for n in range(50)})).reason == "zip_too_many_files"
        monkeypatch.setattr(photo_archive, "MAX_UNPACKED_BYTES", 10)
        assert send(zipped({"1.jpg": bytes(11)})).reason == "zip_too_big"

    @pytest.mark.parametrize("content", [b"no zip", b"PK\x05\x06", b"PK\x05\x06" + bytes(18)])
    def test_what_is_no_zip(self, db, class_of, send, content):
        assert send(content).reason in {"zip_unreadable", "zip_empty"}

    def test_a_damaged_photo(self, db, class_of, send, photos, importing, instructor):
        content = bytearray(zipped({"20260001/1.jpg": photos("dana")[0]}))
        content[2000] ^= 0xFF
        job = send(bytes(content))
        photo_imports.confirm(db, job, instructor, consents_on_paper=False)
        importing.import_photos(job.id)
        assert outcomes(db, job) == {"20260001/1.jpg": "truncated"}

    def test_a_size_that_cannot_be(self, db, course, instructor):
        for size in (0, -1, photo_archive.MAX_ZIP_BYTES + 1):
            with pytest.raises(Invalid):
                photo_imports.begin(db, course, instructor, "x.zip", size)


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("20260001/1.jpg", "20260001"),
        ("photos/20260001/front.png", "20260001"),
        ("20260001_1.jpg", "20260001"),
        ("20260001-2.jpg", "20260001"),
        ("20260001 (3).jpg", "20260001"),
        ("20260001.jpg", "20260001"),
        ("A-17/1.jpg", "A-17"),
        ("20260001 Kim/IMG_2345.jpg", "20260001"),
        ("20269999/1.jpg", "20269999"),
        ("holiday.jpg", ""),
        ("1.jpg", ""),
    ],
)
def test_the_number_in_a_name(path, number):
    assert number_of(PurePosixPath(path), {"20260001", "A-17"}) == number


def test_another_course_has_nothing_of_it(db, class_of, send, class_zip, administrator):
    job = send(class_zip)
    other = courses.create(db, administrator, "X", "X", "Asia/Seoul", 10)
    with pytest.raises(NotFound):
        photo_imports.get(db, other, job.id)
