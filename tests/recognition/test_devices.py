"""Where networks may run: what is there works, what is not is named in one sentence."""

import json

import numpy as np
import pytest

from recognition import devices
from recognition.__main__ import main
from recognition.embedding import SFaceEmbedder
from recognition.engine import FaceEngine
from recognition.exceptions import DeviceMissing
from recognition.processor import multiplies_bf16
from recognition.weights import SFACE

CROPS = np.random.default_rng(1).integers(0, 256, (3, 112, 112, 3), dtype=np.uint8)


@pytest.mark.parametrize("device", ["AUTO:CPU", "AUTO"])
def test_a_device_that_stands_for_the_processor_gives_its_embeddings(weights_dir, device):
    exact = SFaceEmbedder(weights_dir / SFACE).embed(CROPS)
    there = SFaceEmbedder(weights_dir / SFACE, device=devices.checked(device)).embed(CROPS)
    assert (exact * there).sum(axis=1).min() > 0.9999


@pytest.mark.parametrize("device", ["TPU", "gpu.7", "AUTO:TPU,CPU", "HETERO:", ""])
def test_a_missing_device_is_named_with_those_that_are_there(weights_dir, device):
    with pytest.raises(DeviceMissing, match=r"^there is no device .* present: .*CPU \(") as caught:
        FaceEngine.load(weights_dir, device=device)
    assert "\n" not in caught.value.message


def test_the_processor_by_any_spelling(weights_dir):
    assert devices.checked(" cpu ") == "CPU"


def test_precision_by_what_the_processor_multiplies():
    assert devices.resolved("auto") == ("bf16" if multiplies_bf16() else "f32")
    assert devices.resolved("f32") == "f32"
    assert devices.resolved("auto", "GPU") == "auto"
    with pytest.raises(ValueError, match="f16"):
        devices.resolved("f16")


def test_listing(capsys):
    assert main(["devices"]) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {device["device"]: device["name"] for device in listed} == devices.present()
    assert listed[0]["precision"] == devices.resolved("auto")


def test_a_missing_device_on_the_command_line(weights_dir, shared_data, capsys):
    photo = str(min((shared_data / "celeb5" / "val" / "madonna").iterdir()))
    assert main(["--weights", str(weights_dir), "verify", "--device", "TPU", photo, photo]) == 2
    assert "there is no device 'TPU'" in capsys.readouterr().err
