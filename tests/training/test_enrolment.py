"""Photos of somebody else, look-alikes and pictures that are there twice are found; good ones are not."""

import json
import shutil

import cv2
import numpy as np
import pytest

from recognition.roster_model import RosterModel
from tests.recognition.synthetic_class import SyntheticPopulation, names, unit
from training.__main__ import main
from training.enrolment import EnrolmentCheck
from training.report import render_report

STUDENTS, PHOTOS = 12, 5


@pytest.fixture
def population() -> SyntheticPopulation:
    return SyntheticPopulation(seed=3)


@pytest.fixture
def people(population) -> np.ndarray:
    return population.people(STUDENTS)


@pytest.fixture
def photos(population, people) -> np.ndarray:
    """(12 students, 5 photos, D), every one of them right."""
    return population.photos(people, PHOTOS, noise=0.6).reshape(STUDENTS, PHOTOS, -1)


def check(photos: np.ndarray) -> EnrolmentCheck:
    labels = names(len(photos), photos.shape[1])
    return EnrolmentCheck.of(
        RosterModel.fit(photos.reshape(-1, photos.shape[-1]), labels, embedder_id="fusion(x)")
    )


def found(photos: np.ndarray) -> list[tuple]:
    return [
        (finding.code, finding.label, finding.photos, finding.other) for finding in check(photos).everybody()
    ]


def test_good_photos_are_left_in_peace(photos):
    assert found(photos) == []


def test_somebody_else_s_photo_is_found_and_named_when_it_shows_a_classmate(population, people, photos):
    photos[2, 1] = population.photos(people[7:8], 1, noise=0.4)
    photos[5, 4] = population.people(1)
    assert found(photos) == [
        ("somebody_else", "student-002", (1,), "student-007"),
        ("somebody_else", "student-005", (4,), None),
    ]


def test_two_wrong_photos_of_five_are_found(population, photos):
    photos[2, :2] = population.people(2)
    assert [finding[:3] for finding in found(photos)] == [
        ("somebody_else", "student-002", (0,)),
        ("somebody_else", "student-002", (1,)),
    ]


def test_nobody_can_tell_which_of_two_different_photos_is_right(population, photos):
    two = np.concatenate([photos[:, :1], photos[:, 1:2]], axis=1)
    two[3, 1] = population.people(1)
    assert found(two) == [("different_people", "student-003", (0, 1), None)]


def test_one_person_under_two_names_is_told_once(population, people, photos):
    photos[9] = population.photos(people[4:5], PHOTOS, noise=0.6)
    assert found(photos) == [("lookalike", "student-004", (0, 1, 2, 3, 4), "student-009")]


def test_a_newcomer_is_compared_with_a_class_that_lacks_them(population, people, photos):
    twin = population.photos(people[4:5], 3, noise=0.6)
    (finding,) = check(photos).student("newcomer", twin)
    assert (finding.code, finding.other) == ("lookalike", "student-004")
    assert check(photos).student("newcomer", population.photos(population.people(1), 3, noise=0.6)) == []


def test_a_photo_that_is_almost_another_adds_nothing(population, photos):
    photos[1, 3] = unit(photos[1, 0] + 0.01 * population.people(1)[0])
    assert found(photos) == [("near_duplicate", "student-001", (0, 3), None)]


def test_a_class_of_one_can_be_checked(photos):
    assert found(photos[:1]) == []


@pytest.fixture(scope="module")
def muddled_folder(class_folder, demo_people, tmp_path_factory):
    """The class with one photo of mira in omar's folder, and a photo that was saved twice."""
    folder = tmp_path_factory.mktemp("muddled") / "class"
    shutil.copytree(class_folder, folder)
    shutil.copy(demo_people / "mira" / "probe" / "01.jpg", folder / "omar" / "x.jpg")
    again = cv2.imread(str(folder / "asha" / "02.jpg"))[:, 4:-2]
    cv2.imwrite(str(folder / "asha" / "again.jpg"), again, [cv2.IMWRITE_JPEG_QUALITY, 60])
    return folder


def test_check_lists_what_is_wrong_with_a_folder(muddled_folder, tmp_path, capsys):
    file = tmp_path / "lists" / "check.json"
    assert main(["check", "--photos", str(muddled_folder), "--json", str(file)]) == 0
    result = json.loads(file.read_text())
    told = {(warning["code"], *warning["sources"]) for warning in result["warnings"]}
    assert {one for one in told if one[0] != "near_duplicate"} == {("somebody_else", "omar/x.jpg")}
    assert ("near_duplicate", "asha/02.jpg", "asha/again.jpg") in told  # Synthetic people have more of them.
    said = capsys.readouterr().out
    assert "omar/x.jpg does not show the person of omar's other photos, it looks like mira" in said
    assert {refusal["reason"] for refusal in result["refused"]} >= {"no_face", "several_faces"}


def test_check_refuses_a_folder_of_nothing(tmp_path, capsys):
    assert main(["check", "--photos", str(tmp_path), "--json", str(tmp_path / "x.json")]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_the_report_has_a_place_for_it(fitted):
    assert "<h2>Photos to look at</h2>" in render_report(fitted)
