"""What is installed is what was pinned: hashes for every package, a bill of materials, known holes told."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from recognition.weight_table import WEIGHTS
from server.fonts import FONT
from setup import advisories, sbom, wheels

PINNED = ["requirements.txt", *(f"requirements/{name}.txt" for name in ("dev", "node", "sbom", "serving"))]


def pins(path: Path) -> Iterator[tuple[str, frozenset[str]]]:
    """Each `name==version ; marker` of a requirements file, with the hashes of its files."""
    for entry in re.split(r"\n(?=[A-Za-z0-9])", path.read_text()):
        pin = entry.split("\\")[0].split("\n")[0].strip()
        yield pin, frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", entry))


@pytest.mark.parametrize("name", PINNED)
def test_every_package_is_pinned_with_hashes(repository: Path, name: str) -> None:
    found = list(pins(repository / name))
    assert [pin for pin, hashes in found if "==" not in pin or not hashes] == []
    assert found


@pytest.mark.parametrize("name", ["dev", "sbom", "serving"])
def test_packages_of_one_name_are_the_same_everywhere(repository: Path, name: str) -> None:
    def by_name(path: Path) -> dict[str, set[tuple[str, frozenset[str]]]]:
        found: dict[str, set[tuple[str, frozenset[str]]]] = {}
        for pin, hashes in pins(path):
            package, version = pin.split(" ;")[0].split("==")
            found.setdefault(package, set()).add((version, hashes))
        return found

    ours = by_name(repository / "requirements" / f"{name}.txt")
    theirs = by_name(repository / "requirements.txt")
    assert {package for package in ours.keys() & theirs if not ours[package] <= theirs[package]} == set()


def test_serving_needs_no_tensorflow(repository: Path) -> None:
    served = {pin.split("==")[0] for pin, _ in pins(repository / "requirements/serving.txt")}
    assert served.isdisjoint({"tensorflow", "keras", "tf2onnx", "onnx"})
    assert {"flask", "openvino", "sqlalchemy"} <= served


def test_installers_insist_on_hashes(repository: Path) -> None:
    dockerfile = (repository / "Dockerfile").read_text().replace("\\\n", " ")
    installs = re.findall(r"pip install [^&\n]*", dockerfile)
    assert [install for install in installs if "--require-hashes" not in install] == []
    assert len(installs) == 3
    assert '"--require-hashes"' in (repository / "setup/python_packages.py").read_text()


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the bill of materials was written into."""
    folder = tmp_path_factory.mktemp("sbom")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["setup.sbom", "--into", str(folder)])
        assert sbom.main() == 0, "a document is not valid"
    return folder


def test_the_bill_of_materials_lists_what_is_pinned(bill: Path, repository: Path) -> None:
    listed = {
        f"{component['name']}=={component['version']}"
        for component in json.loads((bill / "python.json").read_text())["components"]
    }
    assert listed == {pin.split(" ;")[0] for pin, _ in pins(repository / "requirements/serving.txt")}
    pages = json.loads((bill / "pages.json").read_text())["components"]
    lock = json.loads((repository / "web/package-lock.json").read_text())["packages"]
    assert len(pages) == len(lock) - 1


def test_the_bill_of_materials_lists_the_networks_and_the_font(bill: Path) -> None:
    components = json.loads((bill / "models.json").read_text())["components"]
    digests = {component["name"]: component["hashes"][0]["content"] for component in components}
    assert digests.items() >= {weight.name: weight.sha256 for weight in (*WEIGHTS.values(), FONT)}.items()


@pytest.mark.parametrize("name", ["python.json", "pages.json", "models.json"])
def test_the_bill_of_materials_is_undated(bill: Path, name: str) -> None:
    document = json.loads((bill / name).read_text())
    assert "serialNumber" not in document
    assert "timestamp" not in document.get("metadata", {})


def test_a_document_that_breaks_the_format_is_found_out() -> None:
    broken = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "no type"}]}
    assert "type" in str(sbom.fault_of(json.dumps(broken)))


def test_known_holes_are_told() -> None:
    hole = {"id": "PYSEC-1", "fix_versions": ["2.0"]}
    answer = {
        "dependencies": [
            {"name": "one", "version": "1.0", "vulns": [hole]},
            {"name": "two", "skip_reason": ""},
        ]
    }
    assert advisories.holes_of_pip_audit(answer).holes == ["one 1.0: PYSEC-1, mended in 2.0"]
    low, high = ({"range": "<2", "severity": severity} for severity in ("low", "high"))
    assert advisories.holes_of_npm({"vulnerabilities": {"a": low, "b": high}}).holes == ["b <2: high"]


@pytest.mark.parametrize(
    "answer", [None, {}, {"dependencies": [{"name": "one", "skip_reason": "not found"}]}]
)
def test_a_registry_without_advisories_is_no_finding_and_no_all_clear(answer: dict | None) -> None:
    assert advisories.holes_of_pip_audit(answer).holes is None
    assert advisories.holes_of_npm(answer).holes is None


def test_a_package_without_a_wheel_is_named(tmp_path: Path) -> None:
    pinned = tmp_path / "pinned.txt"
    pinned.write_text(f"no-such-package-of-ours==1.0 --hash=sha256:{'0' * 64}\n")
    problem, found = wheels.wheels_for("aarch64", pinned)
    assert "no-such-package-of-ours==1.0" in problem
    assert found == []
