"""An instructor is told of somebody else's photos, of look-alikes and of pictures that add nothing."""

import pytest

from server.services import courses, enrolment, enrolment_findings
from server.services.roster_model_store import FILES
from tests.server.people import fresh


@pytest.fixture
def photo(demo_people):
    return lambda person, n=1: (demo_people / person / "enrol" / f"{n:02}.jpg").read_bytes()


@pytest.fixture
def student(db, course, runtime):
    """Makes a student with these photos."""

    def student(name, *photos):
        found = courses.add_student(db, course, name, name)
        enrolment.record_consent(db, found, "Kim")
        for data in photos:
            outcome = enrolment.add_photo(
                db,
                course,
                found,
                data,
                engine=runtime.engine,
                vault=runtime.vault,
                models=runtime.models,
            )
            assert outcome.accepted
        return found

    return student


@pytest.fixture
def look(db, course, runtime):
    def look(found):
        findings = enrolment_findings.look(fresh(db), course, found, runtime.models)
        return [
            (finding.code, len(finding.photo_ids), finding.other and finding.other.name)
            for finding in findings
            if finding.code != "near_duplicate"  # Synthetic people have more of them than real ones.
        ]

    return look


def test_a_classmate_s_photo_is_found_and_named(student, look, photo):
    kai = student("Kai", *(photo("kai", n) for n in (1, 2, 3)))
    dana = student("Dana", photo("dana", 1), photo("kai", 4), photo("dana", 2))
    assert look(dana) == [("somebody_else", 1, "Kai")]
    assert look(kai) == []


def test_a_stranger_s_photo_is_found(student, look, photo):
    dana = student("Dana", photo("dana", 1), photo("omar", 1), photo("dana", 2))
    assert look(dana) == [("somebody_else", 1, None)]


def test_one_person_under_two_numbers_is_found_from_both_sides(student, look, photo):
    first = student("Mira", photo("mira", 1), photo("mira", 2))
    second = student("Mira again", photo("mira", 3))
    assert look(first) == [("lookalike", 2, "Mira again")]
    assert look(second) == [("lookalike", 1, "Mira")]


def test_without_a_usable_model_the_photos_are_compared_with_each_other(
    db, course, runtime, student, look, photo
):
    assert look(courses.add_student(db, course, "0", "Nobody")) == []
    dana = student("Dana", photo("dana", 1), photo("omar", 1))
    for name in FILES:
        for file in runtime.settings.data_dir.rglob(f"roster-models/**/{name}.sealed"):
            file.write_bytes(b"damaged")
    assert look(dana) == [("different_people", 2, None)]
