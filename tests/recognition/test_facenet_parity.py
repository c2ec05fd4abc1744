"""From the published frozen graph to what serves: graph = keras-facenet = serving engine, on real faces."""

import h5py
import numpy as np
import pytest

from recognition.embedding import FaceNetEmbedder
from recognition.exceptions import WeightsCorrupt
from recognition.facenet_export import graph_scope, keras_network, read_graph
from recognition.weights import FACENET, FROZEN_GRAPH, WEIGHTS, ensure, source_path


@pytest.fixture(scope="module")
def frozen_graph(weights_dir):
    path = source_path(weights_dir, FROZEN_GRAPH)
    ensure(weights_dir, [FROZEN_GRAPH])
    return path


@pytest.fixture(scope="module")
def crops(weights_dir, yunet, celeb5, lfw):
    """Real faces as FaceNet sees them, ``(N, 160, 160, 3)`` uint8."""
    embedder = FaceNetEmbedder(weights_dir / FACENET)
    photos = [photo for person in celeb5.values() for photo in person] + lfw[:7]
    return np.stack([embedder.crop(photo, faces[0]) for photo in photos if (faces := yunet.detect(photo))])


@pytest.fixture(scope="module")
def network(frozen_graph):
    """keras-facenet's network with the graph's weights."""
    return keras_network(frozen_graph)


@pytest.fixture(scope="module")
def reference(network, crops):
    """Embeddings by keras-facenet's network."""
    return network.predict_on_batch((crops.astype(np.float32) - 127.5) / 128)


def graph_embeddings(frozen_graph, crops: np.ndarray) -> np.ndarray:
    """Embeddings by the published graph, run as it is: it takes one crop at a time."""
    import tensorflow as tf

    graph = read_graph(frozen_graph)
    function = tf.compat.v1.wrap_function(lambda: tf.compat.v1.import_graph_def(graph, name=""), [])
    run = function.prune("input:0", "embeddings:0")
    pixels = (crops.astype(np.float32) - 127.5) / 128
    return np.concatenate([run(tf.constant(crop[None])).numpy() for crop in pixels])


def test_keras_network_equals_the_frozen_graph(frozen_graph, reference, crops):
    assert len(crops) >= 30
    assert np.abs(graph_embeddings(frozen_graph, crops[:8]) - reference[:8]).max() < 2e-6


def test_serving_engine_equals_keras_facenet(weights_dir, reference, crops):
    served = FaceNetEmbedder(weights_dir / FACENET).embed(crops)
    cosine = (served * reference).sum(axis=1) / np.linalg.norm(reference, axis=1)
    assert cosine.min() >= 0.9999


def test_half_precision_stays_close_where_its_beginning_is_exact(weights_dir, reference, crops):
    served = FaceNetEmbedder(weights_dir / FACENET, precision="bf16").embed(crops)
    cosine = (served * reference).sum(axis=1) / np.linalg.norm(reference, axis=1)
    assert cosine.min() >= 0.9999


def test_weights_as_keras_facenet_packs_them(network, reference, crops, tmp_path):
    """The origin's file is HDF5 in the layout of Keras 2: one group a layer, weights in order."""
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in network.layers]
        file.attrs["backend"], file.attrs["keras_version"] = b"tensorflow", b"2.2.4"
        for layer in network.layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}/{weight.name}:0".encode() for weight in layer.weights]
            group.attrs["weight_names"] = names
            for name, values in zip(names, layer.get_weights(), strict=True):
                group.create_dataset(name.decode(), data=values)
    loaded = keras_network(tmp_path / "weights.h5")
    pixels = (crops[:2].astype(np.float32) - 127.5) / 128
    assert np.abs(loaded.predict_on_batch(pixels) - reference[:2]).max() < 1e-6


@pytest.mark.parametrize(
    ("layer", "scope"),
    [
        ("Conv2d_1a_3x3", "InceptionResnetV1/Conv2d_1a_3x3"),
        (
            "Block35_2_Branch_1_Conv2d_0a_1x1",
            "InceptionResnetV1/Repeat/block35_2/Branch_1/Conv2d_0a_1x1",
        ),
        ("Block17_10_Conv2d_1x1", "InceptionResnetV1/Repeat_1/block17_10/Conv2d_1x1"),
        ("Block8_6_Branch_0_Conv2d_1x1", "InceptionResnetV1/Block8/Branch_0/Conv2d_1x1"),
        ("Mixed_6a_Branch_1_Conv2d_0b_3x3", "InceptionResnetV1/Mixed_6a/Branch_1/Conv2d_0b_3x3"),
        ("Bottleneck", "InceptionResnetV1/Bottleneck"),
    ],
)
def test_layer_names_of_both_worlds(layer, scope):
    assert graph_scope(layer) == scope


def test_a_file_that_is_no_graph_is_refused(tmp_path):
    (tmp_path / "graph.pb").write_bytes(b"no graph at all" * 10)
    with pytest.raises(WeightsCorrupt, match="graph.pb"):
        read_graph(tmp_path / "graph.pb")


def test_published_size_is_that_of_the_file(frozen_graph):
    assert frozen_graph.stat().st_size == WEIGHTS[FROZEN_GRAPH].size == 94_027_862
