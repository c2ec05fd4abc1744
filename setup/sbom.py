"""What Face Check-in is made of, as CycloneDX documents: `python -m setup.sbom --into build/sbom`.

`python.json` lists the packages that serve, `pages.json` those that the pages are built from, `models.json`
the networks and the font with their sha256. None holds a date or a random number: the same sources give the
same documents.
"""

import argparse
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseAcknowledgement
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from recognition.weight_sources import WeightFile
from recognition.weight_table import WEIGHTS
from recognition.weights import OPTIONAL_FILES, SERVING_FILES, default_weights_dir, digests
from server.fonts import FONT

ROOT = Path(__file__).resolve().parent.parent
CHANGING = ("serialNumber", "timestamp")
"""What a generator writes anew each time, and no reader of these documents needs."""


def main() -> int:
    """Write the three documents; 0 when each is valid CycloneDX, else 1 and what is wrong on stderr."""
    parser = argparse.ArgumentParser(prog="python -m setup.sbom", description=__doc__)
    parser.add_argument("--into", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--pages", type=Path, metavar="FILE", help="what `npm sbom` said, when npm is not here"
    )
    parser.add_argument(
        "--environment", type=Path, metavar="PYTHON", help="list what is installed there, not what is pinned"
    )
    arguments = parser.parse_args()
    arguments.into.mkdir(parents=True, exist_ok=True)
    documents = {
        "python.json": python_packages(arguments.environment),
        "pages.json": arguments.pages.read_text() if arguments.pages else page_packages(),
        "models.json": models(default_weights_dir()),
    }
    wrong = {name: fault for name, text in documents.items() if (fault := fault_of(text))}
    for name, text in documents.items():
        (arguments.into / name).write_text(without_changing_parts(text))
    for name, fault in wrong.items():
        print(f"{arguments.into / name} is no valid CycloneDX: {fault}", file=sys.stderr)
    return 1 if wrong else 0


def python_packages(environment: Path | None = None) -> str:
    """The packages of requirements/serving.txt with hashes, or those in an environment with licences."""
    source = ["environment", environment] if environment else ["requirements", "requirements/serving.txt"]
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", *source, "--pyproject", "pyproject.toml"]
    options = ["--no-validate", "--output-reproducible", "--spec-version", "1.6", "--output-format", "JSON"]
    return subprocess.run([*command, *options], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def page_packages() -> str:
    """The packages of web/package-lock.json, as npm lists them."""
    command = ["npm", "sbom", "--package-lock-only", "--sbom-format", "cyclonedx"]
    return subprocess.run(command, cwd=ROOT / "web", check=True, capture_output=True, text=True).stdout


def models(weights: Path) -> str:
    """The networks that are served and the font: published files, and what set-up exported from them."""
    optional = set(OPTIONAL_FILES.values())
    exported = digests(weights)
    components = [_published(weight, ComponentType.MACHINE_LEARNING_MODEL) for weight in WEIGHTS.values()]
    components += [
        _component(ComponentType.MACHINE_LEARNING_MODEL, name, exported[name])
        for name in (*SERVING_FILES, *optional)
        if name in exported and name not in WEIGHTS
    ]
    components.append(_published(FONT, ComponentType.FILE))
    return _document(components)


def fault_of(text: str) -> str | None:
    """What CycloneDX's own schema finds wrong with a document, None when nothing."""
    version = SchemaVersion[f"V{json.loads(text)['specVersion'].replace('.', '_')}"]
    error = JsonStrictValidator(version).validate_str(text)
    return None if error is None else str(error)


def without_changing_parts(text: str) -> str:
    """The document without date and random number, which the format lets be absent."""
    document = json.loads(text)
    for part in (document, document.get("metadata", {})):
        for name in CHANGING:
            part.pop(name, None)
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _published(file: WeightFile, kind: ComponentType) -> Component:
    component = _component(kind, file.name, file.sha256)
    component.licenses.add(
        LicenseFactory().make_from_string(
            file.licence, license_acknowledgement=LicenseAcknowledgement.DECLARED
        )
    )
    if file.package:
        package, version = file.package.split("==")
        component.version = version
        component.purl = PackageURL("pypi", name=package, version=version, subpath=file.member)
    if file.origin:
        component.external_references.add(
            ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(file.origin))
        )
    return component


def _component(kind: ComponentType, name: str, sha256: str) -> Component:
    return Component(
        type=kind, name=name, bom_ref=name, hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)]
    )


def _document(components: Iterable[Component]) -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    bom = Bom(components=components)
    bom.metadata.component = Component(
        type=ComponentType.APPLICATION, name=project["name"], version=project["version"], bom_ref="root"
    )
    bom.register_dependency(bom.metadata.component, bom.components)
    return JsonV1Dot6(bom).output_as_string()


if __name__ == "__main__":
    sys.exit(main())
