"""The engine as the server and the training use it: what it sees, refuses and decides, from many threads."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from benchmarks.bare_networks import calls_of
from recognition import devices
from recognition.embedding import EMBEDDER_IDS
from recognition.engine import FaceEngine
from recognition.exceptions import PhotoRefused, WeightsMissing
from recognition.gallery import normalise
from recognition.roster_model import FIRST_PARTS, RosterModel

BLANK = np.full((480, 640, 3), 120, dtype=np.uint8)


@pytest.fixture(scope="module")
def people(engine, celeb5) -> dict[str, list[np.ndarray]]:
    """Enrolled by their first three photos; the others are probes."""
    return celeb5


@pytest.fixture(scope="module")
def model(engine, people) -> RosterModel:
    labelled = [
        (engine.enrol(photo).embedding, name) for name, photos in people.items() for photo in photos[:3]
    ]
    embeddings, labels = zip(*labelled, strict=True)
    return RosterModel.fit(np.stack(embeddings), list(labels), embedder_id=engine.embedder_id)


class TestObserve:
    def test_every_face_largest_first(self, engine, lfw):
        seen = engine.observe(np.hstack([cv2.resize(lfw[0], (125, 250)), *lfw[1:4]]))
        areas = [observation.face.area for observation in seen]
        assert len(seen) >= 4
        assert areas == sorted(areas, reverse=True)
        assert all(observation.embedding.shape == (640,) for observation in seen)

    def test_nobody(self, engine):
        assert engine.observe(BLANK) == []


class TestEnrol:
    def test_most_ordinary_photos_are_accepted(self, engine, lfw):
        def accepted(photo) -> bool:
            try:
                return engine.enrol(photo).quality.weight > 0
            except PhotoRefused as refusal:
                return refusal.reason == "several_faces"

        assert sum(accepted(photo) for photo in lfw) >= 0.97 * len(lfw)

    def refusal(self, engine, photo) -> PhotoRefused:
        with pytest.raises(PhotoRefused) as caught:
            engine.enrol(photo)
        return caught.value

    def test_no_face(self, engine):
        assert self.refusal(engine, BLANK).reason == "no_face"

    def test_several_faces(self, engine, lfw):
        assert self.refusal(engine, np.hstack([lfw[0], lfw[1]])).reason == "several_faces"

    def test_bystander_in_the_back_does_not_matter(self, engine, lfw):
        photo = np.hstack([cv2.resize(lfw[0], (500, 500)), np.zeros((500, 250, 3), np.uint8)])
        photo[:250, 500:] = lfw[1]
        assert engine.enrol(photo).face.box[0] < 300

    def test_low_quality_names_the_problem(self, engine, lfw):
        refusal = self.refusal(engine, cv2.GaussianBlur(lfw[0], (0, 0), 5))
        assert refusal.reason == "low_quality"
        assert "blurred" in refusal.problems
        assert "blurred" in refusal.detail

    def test_detectors_disagree(self, weights_dir, engine, lfw):
        class Blind:
            name = "blind"

            def detect(self, image: np.ndarray) -> list:
                return []

        doubtful = FaceEngine(engine.detector, Blind(), engine.embedder, engine.mask_detector, {})
        assert self.refusal(doubtful, lfw[0]).reason == "detectors_disagree"

    def test_face_that_fills_the_picture(self, engine, lfw):
        photo = lfw[0][55:195, 60:190]
        assert engine.enrol(photo).embedding @ engine.enrol(lfw[0]).embedding > 0.85


class TestIdentify:
    def test_enrolled_people_are_named(self, engine, model, people):
        probes = [(photo, name) for name, photos in people.items() for photo in photos[3:]]
        decisions = [(engine.identify([photo], model), name) for photo, name in probes]
        named = [(decision, name) for decision, name in decisions if decision.reason == "match"]
        assert all(decision.label == name for decision, name in named)
        assert len(named) >= 0.7 * len(probes)

    def test_strangers_are_unknown(self, engine, model, lfw):
        decisions = [engine.identify([photo], model) for photo in lfw[:20]]
        assert {decision.reason for decision in decisions} <= {"unknown", "several_faces"}
        assert not any(decision.label for decision in decisions)

    def test_burst_is_one_decision(self, engine, model, people, kiosk_frame):
        frame = kiosk_frame(people["madonna"][0][:300, :300])
        decision = engine.identify([frame, BLANK, frame[:, ::-1]], model)
        assert decision.frames_used == 2

    @pytest.mark.parametrize("frames", [[], [BLANK], [BLANK] * 3])
    def test_no_face(self, engine, model, frames):
        assert engine.identify(frames, model).reason == "no_face"

    def test_most_frequent_reason_wins(self, engine, model, lfw):
        pair = np.hstack([lfw[0], lfw[1]])
        assert engine.identify([pair, BLANK, pair], model).reason == "several_faces"

    def test_low_quality_comes_with_problems(self, engine, model, lfw):
        blurred = cv2.GaussianBlur(lfw[0], (0, 0), 8)
        decision = engine.identify([blurred], model)
        assert decision.reason == "low_quality"
        assert decision.problems == ("blurred",)
        assert decision.label is None

    def test_empty_roster_knows_nobody(self, engine, lfw):
        nobody = RosterModel.fit(np.empty((0, 640), np.float32), [], embedder_id=engine.embedder_id)
        assert engine.identify([lfw[0]], nobody).reason == "unknown"

    def test_dark_frames_are_lifted(self, engine, lfw):
        """At a tenth of the light a person is still recognisable."""
        bright = np.stack([engine.observe(photo)[0].embedding for photo in lfw[:6]])
        dark = np.stack([engine.observe((photo * 0.1).astype(np.uint8))[0].embedding for photo in lfw[:6]])
        assert np.median((bright * dark).sum(axis=1)) > 0.6


class TestFirstLook:
    """A match that leaves no doubt costs one network; whoever is in doubt is looked at with both."""

    def networks_run(self, engine, photos, model) -> int:
        return len(calls_of(lambda: engine.identify(photos, model)))

    def test_a_clear_match_is_told_without_the_second_network(self, engine, model, people):
        photo = next(iter(people.values()))[0]
        decision = engine.identify([photo], model)
        full = model.identify(engine.observe(photo)[0].embedding)
        assert (decision.reason, decision.label) == (full.reason, full.label) == ("match", next(iter(people)))
        assert decision.threshold == model.first_look.threshold

    def test_a_stranger_is_looked_at_with_both(self, engine, model, people, lfw):
        known = self.networks_run(engine, [next(iter(people.values()))[0]], model)
        assert self.networks_run(engine, [lfw[5]], model) == known + 1
        assert engine.identify([lfw[5]], model).threshold == model.threshold

    def test_the_first_part_is_what_the_roster_model_takes_for_it(self, engine, people):
        name, (part, embedder_id) = next(iter(FIRST_PARTS.items()))
        assert (engine.embedder.first, EMBEDDER_IDS["sface"]) == (part, embedder_id)
        assert EMBEDDER_IDS[name].startswith(f"{name}(")
        photo = next(iter(people.values()))[0]
        crops = engine.embedder.crop(photo, engine.detector.detect(photo)[0])[None]
        whole, first = engine.embedder.embed(crops), engine.embedder.embed_first(crops)
        np.testing.assert_allclose(normalise(whole[:, part]), first, atol=1e-5)
        np.testing.assert_array_equal(engine.embedder.embed(crops, first), whole)

    def test_it_lets_in_fewer_strangers_than_the_whole_may(self, model):
        assert model.first_look.target_fpir == pytest.approx(model.target_fpir / 6)

    def test_one_network_has_no_first_part(self):
        alone = RosterModel.fit(np.eye(4, 128), list("abcd"), embedder_id=EMBEDDER_IDS["sface"])
        assert alone.first_look is None


class TestLife:
    def test_many_threads_get_the_answers_of_one(self, engine, lfw):
        photos = lfw[:12]
        alone = [engine.observe(photo)[0].embedding for photo in photos]
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(lambda photo: engine.observe(photo)[0].embedding, photos * 3))
        for index, embedding in enumerate(together):
            assert embedding @ alone[index % len(photos)] > 0.9999

    def test_info_names_what_is_loaded(self, engine):
        info = engine.info()
        assert info["embedder"] == EMBEDDER_IDS["fusion"]
        assert info["detector"] == "yunet"
        assert info["precision"] == devices.resolved("auto")
        assert info["device"] == "CPU"
        assert len(info["weights"]) == 8

    def test_other_detector_and_embedder(self, weights_dir, lfw):
        engine = FaceEngine.load(weights_dir, embedder="sface", detector="mtcnn", threads=1)
        assert engine.info()["second_detector"] == "yunet"
        assert engine.info()["threads"] == 1
        engine.warm_up()
        assert engine.enrol(lfw[0]).embedding.shape == (128,)

    def test_missing_weights(self, tmp_path):
        with pytest.raises(WeightsMissing, match=str(tmp_path)):
            FaceEngine.load(tmp_path)

    @pytest.mark.parametrize("choice", [{"embedder": "arcface"}, {"detector": "haar"}])
    def test_unknown_choice(self, weights_dir, choice):
        with pytest.raises(ValueError, match=next(iter(choice.values()))):
            FaceEngine.load(weights_dir, **choice)

    def test_serving_needs_no_tensorflow(self, weights_dir):
        script = (
            "import sys, numpy; from pathlib import Path; from recognition.engine import FaceEngine;"
            "engine = FaceEngine.load(Path(sys.argv[1]), embedder='sface');"
            "engine.observe(numpy.zeros((64, 64, 3), numpy.uint8));"
            "print([name for name in ('tensorflow', 'keras', 'onnx', 'mtcnn') if name in sys.modules])"
        )
        answer = subprocess.run(
            [sys.executable, "-c", script, weights_dir], capture_output=True, text=True, check=True
        )
        assert answer.stdout.strip() == "[]"
