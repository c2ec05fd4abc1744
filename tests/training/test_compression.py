"""Smaller copies of a network: what is changed is changed as said, and the copies compute nearly the same."""

import json

import numpy as np
import onnx
import openvino as ov
import pytest
from onnx import TensorProto, helper, numpy_helper

from training.__main__ import main
from training.compression.variants import VARIANTS, pruned, quantised, write_variant


@pytest.fixture
def network(tmp_path):
    """A small network with a convolution and a product, as ONNX."""
    random = np.random.default_rng(3)
    kernel = random.normal(size=(16, 8, 3, 3)).astype(np.float32)
    matrix = random.normal(size=(64, 64)).astype(np.float32)
    bias = random.normal(size=(16,)).astype(np.float32)
    nodes = [
        helper.make_node("Conv", ["x", "kernel", "bias"], ["seen"]),
        helper.make_node("Flatten", ["seen"], ["flat"]),
        helper.make_node("MatMul", ["flat", "matrix"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 8, 4, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 64])],
        [
            numpy_helper.from_array(array, name)
            for name, array in (("kernel", kernel), ("matrix", matrix), ("bias", bias))
        ],
    )
    path = tmp_path / "small.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)
    return path


def computed(path):
    x = np.random.default_rng(4).normal(size=(1, 8, 4, 4)).astype(np.float32)
    return ov.compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(x)[0]


@pytest.mark.parametrize(("bits", "most"), [(8, 0.02), (6, 0.06)])
def test_coarser_weights_compute_nearly_the_same_in_a_smaller_file(network, tmp_path, bits, most):
    assert write_variant(network, tmp_path / "copy.onnx", (quantised(bits),)) == 16 * 72 + 64 * 64
    exact, coarse = computed(network), computed(tmp_path / "copy.onnx")
    assert 0 < np.abs(exact - coarse).max() < most * np.abs(exact).max()
    assert (tmp_path / "copy.onnx").stat().st_size < 0.4 * network.stat().st_size


def test_the_smallest_weights_are_pruned(network, tmp_path):
    write_variant(network, tmp_path / "copy.onnx", (pruned(0.5),))
    before, after = (
        {one.name: numpy_helper.to_array(one) for one in onnx.load(path).graph.initializer}
        for path in (network, tmp_path / "copy.onnx")
    )
    for name in ("kernel", "matrix"):
        gone = after[name] == 0
        assert gone.mean() == pytest.approx(0.5, abs=0.01)
        assert np.abs(before[name][gone]).max() <= np.abs(before[name][~gone]).min()
        assert (before[name][~gone] == after[name][~gone]).all()
    assert (before["bias"] == after["bias"]).all()


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_of_the_real_network_runs(weights_dir, tmp_path, name):
    from recognition.weights import SFACE

    assert write_variant(weights_dir / SFACE, tmp_path / "copy.onnx", VARIANTS[name]) > 9_000_000
    crop = np.random.default_rng(0).uniform(0, 255, (1, 3, 112, 112)).astype(np.float32)
    exact, copy = (
        ov.compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(crop)[0].ravel()
        for path in (weights_dir / SFACE, tmp_path / "copy.onnx")
    )
    assert np.isfinite(copy).all()
    cosine = exact @ copy / np.linalg.norm(exact) / np.linalg.norm(copy)
    # What pruning costs is for the command to measure; whole numbers of eight bits lose next to nothing.
    assert (0.99 if name == "int8 weights" else 0.0) < cosine < 1 - 1e-6


@pytest.mark.long
def test_the_command_says_what_is_offered(demo_people, weights_dir, tmp_path, capsys):
    for person in sorted(demo_people.iterdir()):
        for photo in sorted(person.glob("enrol/*.jpg"))[:3] if person.is_dir() else ():
            (tmp_path / "photos" / person.name).mkdir(parents=True, exist_ok=True)
            (tmp_path / "photos" / person.name / photo.name).symlink_to(photo)
    out = tmp_path / "figures.json"
    options = ["--images", str(tmp_path / "photos"), "--network", "sface", "--weights", str(weights_dir)]
    assert main(["compress", *options, "--out", str(out)]) == 0
    rows = json.loads(out.read_text())["variants"]
    assert rows.keys() == {"published", *VARIANTS}
    for name, row in rows.items():
        assert name == "published" or row["offered"] == (row["lost"] <= 0.001)
    assert rows["int8 weights"]["megabytes"] < 0.3 * rows["published"]["megabytes"]
    assert "int8 weights: accuracy" in capsys.readouterr().out
