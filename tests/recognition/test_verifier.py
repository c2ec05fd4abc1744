"""Verification from pictures to result codes: of real people, of people who do not exist, of no people."""

import cv2
import numpy as np
import pytest
from PIL import Image

import recognition
from recognition.result_codes import ResultCode
from recognition.verification import METRICS, distances
from recognition.verifier import Verifier


@pytest.fixture(scope="module")
def verifier(engine):
    return Verifier.of(engine)


@pytest.fixture(scope="module")
def probes(demo_people):
    """Two pictures each of three people who do not exist."""
    return {
        name: sorted((demo_people / name / "probe").glob("*.jpg"))[:2] for name in ("kai", "laila", "omar")
    }


@pytest.fixture(scope="module")
def grey(tmp_path_factory):
    path = tmp_path_factory.mktemp("pictures") / "grey.png"
    Image.new("RGB", (96, 96), "grey").save(path)
    return path


def side_by_side(*paths):
    return np.concatenate(
        [cv2.resize(np.asarray(Image.open(path).convert("RGB")), (480, 480)) for path in paths], axis=1
    )


@pytest.mark.parametrize("metric", METRICS)
def test_same_person_and_two_people(verifier, probes, metric):
    assert verifier.verify(*probes["kai"], metric=metric).code == ResultCode.SAME
    outcome = verifier.verify(probes["kai"][0], probes["omar"][0], metric=metric)
    assert outcome.code == ResultCode.NOT_SAME
    assert outcome.distance > outcome.threshold


def test_photos_of_real_people(verifier, shared_data):
    """LFW: two photos of each of eight people, and each of them beside the next."""
    folders = [
        folder for folder in sorted((shared_data / "lfw").iterdir()) if len(list(folder.iterdir())) > 1
    ]
    people = [sorted(folder.glob("*.jpg"))[:2] for folder in folders[::100][:8]]
    assert [verifier.verify(*photos).code for photos in people] == [ResultCode.SAME] * 8
    beside = zip(people, people[1:] + people[:1], strict=True)
    assert [verifier.verify(a, b).code for (a, _), (_, b) in beside] == [ResultCode.NOT_SAME] * 8


def test_every_face_is_compared_with_every_face(verifier, probes):
    left = side_by_side(probes["kai"][0], probes["laila"][0])
    right = side_by_side(probes["omar"][0], probes["laila"][1], probes["omar"][1])
    outcome = verifier.verify(left, right)
    assert outcome.distances.shape == (2, 3)
    assert outcome.code == ResultCode.SAME
    row, column = outcome.pair
    assert outcome.distances[row, column] == outcome.distances.min() == outcome.distance
    centre = [box[0] + box[2] / 2 for box in (outcome.faces[0][row].box, outcome.faces[1][column].box)]
    assert 480 < centre[0] < 960
    assert 480 < centre[1] < 960
    assert (outcome.distances > outcome.threshold).sum() == 5


def test_a_picture_may_come_as_path_bytes_or_array(verifier, probes):
    first, second = probes["laila"]
    forms = [str(second), second, second.read_bytes(), np.asarray(Image.open(second).convert("RGB"))]
    found = [verifier.verify(first, form).distance for form in forms]
    assert found == pytest.approx([found[0]] * len(forms), abs=1e-3)


def test_what_cannot_be_compared_has_a_code(verifier, probes, grey, tmp_path):
    somebody = probes["kai"][0]
    tiny = np.zeros((8, 8, 3), np.uint8)
    wrong = np.zeros((64, 64), np.uint8)
    for a, b, code in (
        (tmp_path / "absent.jpg", somebody, -22),
        (b"no picture", b"no picture", -22),
        (somebody, b"no picture", -21),
        (tiny, somebody, -11),
        (somebody, wrong, -11),
        (grey, somebody, -2),
        (grey, grey, -2),
        (somebody, grey, -1),
    ):
        outcome = verifier.verify(a, b)
        assert outcome.code == code
        assert outcome.pair is None
        assert bool(outcome.detail) == (code <= -11)


def test_every_code_has_words_in_both_languages():
    assert [int(code) for code in ResultCode] == [2, 0, -1, -2, -11, -21, -22]
    said = {code.message(language) for code in ResultCode for language in ("en", "ko")}
    assert len(said) == 2 * len(ResultCode)


def test_an_address_only_if_it_is_allowed(verifier, probes):
    outcome = verifier.verify("http://127.0.0.1/kai.jpg", probes["kai"][0])
    assert (outcome.code, outcome.detail) == (-22, "addresses are not allowed here")
    outcome = verifier.verify("http://127.0.0.1/kai.jpg", probes["kai"][0], allow_urls=True)
    assert (outcome.code, outcome.detail) == (-22, "private_address")


def test_a_face_that_fills_its_picture_is_found(verifier, probes):
    image = np.asarray(Image.open(probes["omar"][0]).convert("RGB"))
    (face, *_) = verifier.faces(image).faces
    x, y, width, height = (round(side) for side in face.box)
    tight = image[max(y, 0) : y + height, max(x, 0) : x + width]
    assert verifier.verify(tight, probes["omar"][1]).code == ResultCode.SAME


def test_the_package_itself_verifies(probes, weights_dir):
    assert recognition.verify(*probes["kai"], model="sface").code == ResultCode.SAME
    with pytest.raises(ValueError, match="vgg"):
        recognition.verify(*probes["kai"], model="vgg")


def test_the_128_d_facenet(weights_dir, probes, shared_data, celeb5):
    if not (weights_dir / "facenet_ms1m_128.onnx").is_file():
        pytest.skip("optional: python -m recognition.weights --add facenet128")
    verifier = Verifier.load("facenet128", weights_dir)
    assert verifier.verify(*probes["kai"]).code == ResultCode.SAME
    seen = {name: [verifier.faces(photo) for photo in photos] for name, photos in celeb5.items()}
    vectors = {
        name: np.stack([one.embeddings[0] for one in sets if one.faces]) for name, sets in seen.items()
    }
    names = sorted(vectors)
    same = np.concatenate(
        [distances(vectors[n], vectors[n])[np.triu_indices(len(vectors[n]), 1)] for n in names]
    )
    different = np.concatenate(
        [distances(vectors[a], vectors[b]).ravel() for i, a in enumerate(names) for b in names[i + 1 :]]
    )
    assert np.median(same) < verifier.model.threshold() < np.median(different)


def test_what_is_optional_says_how_to_get_it(weights_dir, tmp_path):
    from recognition.exceptions import WeightsMissing

    with pytest.raises(WeightsMissing, match="--add facenet128"):
        Verifier.load("facenet128", tmp_path)
