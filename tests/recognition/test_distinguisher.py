"""Apparent gender from pictures to shares and result codes, and off without a purpose."""

import cv2
import numpy as np
import pytest
from PIL import Image

import recognition
from recognition.detection import Face
from recognition.distinction import DistinctionCode
from recognition.distinguisher import CROP_SIZE, Distinguisher
from recognition.exceptions import SwitchedOff, WeightsCorrupt, WeightsMissing
from recognition.gender_export import export_onnx
from recognition.weights import GENDER, ensure, source_path

PUBLISHED = [(0.9983848, 0.9987462), (0.9919863, 0.9990280), (0.9947581, 0.9963426)]
WOMEN = ("Angela_Bassett", "Helen_Clark", "Lucy_Liu", "Meryl_Streep", "Serena_Williams", "Sophia_Loren")
MEN = ("Denzel_Washington", "Jackie_Chan", "Kofi_Annan", "Sean_Penn", "Tony_Blair", "Yao_Ming")


@pytest.fixture(scope="module")
def distinguisher(engine, weights_dir):
    ensure(weights_dir, [GENDER])
    return Distinguisher(engine.detector, weights_dir, purpose="the tests of this package")


def photo(shared_data, name):
    return shared_data / "lfw" / name / f"{name}_0001.jpg"


def pattern(number):
    """A picture that is the same everywhere it is computed."""
    y, x, channel = np.mgrid[0:CROP_SIZE, 0:CROP_SIZE, 0:3]
    return ((x * (number + 1) + y * 3 + channel * 50 + x * y // (7 + number)) % 256).astype(np.uint8)


@pytest.mark.parametrize("number", range(3))
def test_the_network_says_what_the_published_package_says(distinguisher, number):
    """The figures are what face-api 1.7.15 gives in its own runtime for this picture and its mirror image."""
    whole = Face((0.0, 0.0, CROP_SIZE, CROP_SIZE), np.zeros((5, 2), np.float32), 1.0)
    (found,) = distinguisher.shares(pattern(number), [whole])
    assert found.shares["man"] == pytest.approx(np.mean(PUBLISHED[number]), abs=1e-4)
    assert found.shares["woman"] + found.shares["man"] == pytest.approx(1)


def test_public_figures(distinguisher, shared_data):
    for names, label in ((WOMEN, "woman"), (MEN, "man")):
        dominant = [distinguisher.distinguish(photo(shared_data, name)).faces[0].dominant for name in names]
        assert dominant.count(label) >= len(names) - 1


def test_every_face_has_its_shares(distinguisher, shared_data):
    picture = np.concatenate(
        [cv2.imread(str(photo(shared_data, name)))[:, :, ::-1] for name in (WOMEN[3], MEN[3])], axis=1
    )
    answer = distinguisher.distinguish(picture).as_json()
    assert (answer["code"], len(answer["faces"])) == (1, 2)
    left, right = sorted(answer["faces"], key=lambda face: face["box"][0])
    assert (left["dominant"], right["dominant"]) == ("woman", "man")
    for face in (left, right):
        assert sum(face["percent"].values()) == pytest.approx(100, abs=0.15)
        assert max(face["percent"], key=face["percent"].get) == face["dominant"]


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (np.full((120, 120, 3), 128, np.uint8), DistinctionCode.WITHOUT_FACE),
        (np.full((10, 120, 3), 128, np.uint8), DistinctionCode.NOT_ANALYSABLE),
        (np.full((120, 120), 128, np.uint8), DistinctionCode.NOT_ANALYSABLE),
        (b"no picture", DistinctionCode.UNREADABLE),
        ("/no/such/picture.jpg", DistinctionCode.UNREADABLE),
        ("http://127.0.0.1/face.jpg", DistinctionCode.UNREADABLE),
    ],
)
def test_what_cannot_be_used_has_a_code(distinguisher, picture, code):
    outcome = distinguisher.distinguish(picture)
    assert (outcome.code, outcome.faces) == (code, ())
    assert outcome.as_json("ko")["message"] != outcome.as_json("en")["message"]


@pytest.mark.parametrize("purpose", ["", "  "])
def test_it_is_off_without_a_purpose(engine, weights_dir, tmp_path, purpose):
    Image.new("RGB", (96, 96), "grey").save(tmp_path / "grey.png")
    with pytest.raises(SwitchedOff):
        Distinguisher(engine.detector, weights_dir, purpose=purpose)
    with pytest.raises(SwitchedOff):
        recognition.distinguish(tmp_path / "grey.png", purpose=purpose)


def test_a_network_that_was_not_fetched_says_how_to(engine, tmp_path):
    with pytest.raises(WeightsMissing, match="--add gender"):
        Distinguisher(engine.detector, tmp_path, purpose="the tests of this package")


def test_other_weights_are_refused(distinguisher, weights_dir, tmp_path):
    data = source_path(weights_dir, "age_gender_model.bin")
    manifest = tmp_path / "manifest.json"
    manifest.write_text(
        '[{"weights": [{"name": "conv", "shape": [429708], "dtype": "float32", '
        '"quantization": {"dtype": "uint8", "scale": 1, "min": 0}}]}]'
    )
    with pytest.raises(WeightsCorrupt):
        export_onnx(manifest, data, tmp_path / "made.onnx")
    assert not (tmp_path / "made.onnx").exists()
