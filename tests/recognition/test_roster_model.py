import time

import numpy as np
import pytest

from recognition.classifier import MOST_PEOPLE
from recognition.exceptions import ModelRejected
from recognition.roster_model import RosterModel, combine, consistent
from tests.recognition.synthetic_class import SyntheticPopulation, names

STUDENTS = 12


@pytest.fixture
def population() -> SyntheticPopulation:
    return SyntheticPopulation()


@pytest.fixture
def people(population) -> np.ndarray:
    return population.people(STUDENTS)


@pytest.fixture
def model(population, people) -> RosterModel:
    return fitted(population, people)


def fitted(population: SyntheticPopulation, people: np.ndarray, **options) -> RosterModel:
    return RosterModel.fit(
        population.photos(people, 5), names(len(people), 5), embedder_id="fusion(test)", **options
    )


def test_names_students_and_no_strangers(model, population, people):
    for number, probe in enumerate(population.photos(people, 1)):
        decision = model.identify(probe)
        assert (decision.reason, decision.label) == ("match", names(STUDENTS)[number])
        assert decision.score >= decision.threshold
        assert decision.margin > 0
    strangers = population.photos(population.people(50), 1)
    assert {model.identify(probe).reason for probe in strangers} == {"unknown"}


def test_an_unknown_visitor_is_not_named_anywhere(model, population):
    decision = model.identify(population.people(1))
    assert decision.label is None
    assert decision.threshold == model.threshold


@pytest.mark.parametrize("students", [0, 1, 2, 3])
def test_small_rosters_work(students, population):
    people = population.people(students) if students else np.empty((0, 128))
    model = fitted(population, people) if students else RosterModel.fit(people, [], embedder_id="x")
    assert model.identify(population.people(1)).reason == "unknown"
    for number, probe in enumerate(population.photos(people, 1) if students else []):
        assert model.identify(probe).label == names(students)[number]


def test_one_student_alone_has_no_runner_up(population):
    decision = fitted(population, population.people(1)).identify(population.people(1))
    assert decision.runner_up is None
    assert decision.margin is None


def test_a_burst_is_weighted_by_quality(model, population, people):
    good, bad = population.photos(people[:1], 1), population.people(1)
    decision = model.identify(np.concatenate([good, bad]), np.array([1.0, 0.0]))
    assert decision.label == "student-000"
    assert decision.frames_used == 2
    assert decision.score == pytest.approx(model.identify(good).score)


@pytest.mark.parametrize("frames", [3, 5])
def test_one_frame_of_somebody_else_changes_nothing(model, population, people, frames):
    good = population.photos(people[:1], frames - 1, noise=0.4)
    mixed = np.insert(good, 1, people[1], axis=0)
    decision = model.identify(mixed)
    assert decision.frames_used == frames - 1
    assert decision.score == pytest.approx(model.identify(good).score)


def test_three_different_faces_name_nobody(model, people):
    assert model.identify(people[:3]).reason == "unknown"
    opposed = np.array([[1, 0], [-0.5, 0.866], [-0.5, -0.866]], dtype=np.float32)
    assert consistent(opposed).any(), "something is always left to decide on"


def test_frames_without_any_quality_count_alike():
    frames = np.eye(2, dtype=np.float32)
    np.testing.assert_allclose(combine(frames, np.zeros(2)), [[0.5, 0.5]])


def test_a_new_student_is_known_at_once_and_forgotten_at_once(model, population):
    newcomer = population.people(1)
    extended = model.with_person("newcomer", population.photos(newcomer, 3))
    assert extended.identify(population.photos(newcomer, 1)).label == "newcomer"
    assert model.identify(newcomer).reason == "unknown", "the model in use must not change"
    assert extended.without_person("newcomer").identify(newcomer).reason == "unknown"
    assert extended.without_person("newcomer").labels == model.labels


def test_a_removed_student_leaves_no_template_and_no_coefficients(model, people):
    reduced = model.without_person("student-003")
    assert "student-003" not in reduced.labels
    assert "student-003" not in reduced.classifier.labels
    assert len(reduced.gallery.templates) == 5 * (STUDENTS - 1)
    assert reduced.identify(people[3]).reason == "unknown"


def test_everybody_may_leave_and_somebody_else_come(model, population):
    for label in model.labels:
        model = model.without_person(label)
    assert model.identify(population.people(1)).reason == "unknown"
    newcomer = population.people(1)
    assert model.with_person("first", newcomer).identify(newcomer).label == "first"


def test_twins_are_not_told_apart_by_chance(population):
    people = population.people(10)
    people[1] = people[0]
    decision = fitted(population, people).identify(people[0])
    assert decision.reason == "unknown"
    assert abs(decision.margin) < 0.05


def test_the_same_seed_gives_the_same_model(population, people, tmp_path):
    photos, copies = population.photos(people, 5), population.photos(people, 20)
    for name in ("one", "two"):
        augmented = (copies, names(STUDENTS, 20))
        model = RosterModel.fit(photos, names(STUDENTS, 5), embedder_id="x", augmented=augmented, seed=3)
        model.save(tmp_path / name)
    for file in ("model.joblib", "manifest.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_saved_model_decides_as_before(model, population, people, tmp_path):
    model.save(tmp_path, key=b"key")
    loaded = RosterModel.load(tmp_path, key=b"key", embedder_id="fusion(test)")
    assert loaded.calibration == model.calibration
    for probe in population.photos(people, 1):
        assert loaded.identify(probe) == model.identify(probe)


def test_an_empty_roster_is_saved_and_loaded(tmp_path):
    RosterModel.fit(np.empty((0, 128)), [], embedder_id="x").save(tmp_path)
    assert RosterModel.load(tmp_path).labels == ()


def test_refuses_a_model_of_another_embedder(model, tmp_path):
    model.save(tmp_path)
    with pytest.raises(ModelRejected) as rejected:
        RosterModel.load(tmp_path, embedder_id="sface-2021dec")
    assert rejected.value.reason == "embedder"


def test_copies_of_somebody_without_a_photo_are_refused(population, people):
    with pytest.raises(ValueError, match="stray"):
        fitted(population, people, augmented=(population.people(1), ["stray"]))


def test_identification_among_150_takes_less_than_a_millisecond(population):
    model = fitted(population, population.people(150))
    probes = population.people(3)
    model.identify(probes)
    durations = []
    for _ in range(200):
        start = time.perf_counter()
        model.identify(probes)
        durations.append(time.perf_counter() - start)
    assert np.median(durations) < 0.001


def test_nearest_templates_say_who_in_a_roster_too_large_for_the_classifier(population):
    people = population.people(MOST_PEOPLE + 1)
    model = RosterModel.fit(population.photos(people, 2), names(len(people), 2), embedder_id="fusion(test)")
    assert model.classifier is None
    probes = population.photos(people[:50], 1, noise=0.5)
    assert [model.identify(probe).label for probe in probes] == names(50)
