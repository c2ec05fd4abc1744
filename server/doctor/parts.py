"""What set-up made: weights, web pages, the processor, and the versions of what runs."""

import json
import platform
from importlib import metadata

from recognition import weights
from recognition.exceptions import WeightsError
from recognition.processor import available_threads, multiplies_bf16
from server import cores
from server.doctor.finding import Finding, fault, ok, warning
from server.exceptions import BadSetting
from server.parts import WEB_MANIFEST, find_device
from server.services import demo
from server.services.backups import VERSION
from server.settings import Settings, unknown_variables

PACKAGES = (
    "openvino",
    "flask",
    "gunicorn",
    "sqlalchemy",
    "cryptography",
    "huey",
    "numpy",
    "opencv-python-headless",
)


def settings_known(settings: Settings) -> list[Finding]:
    """Are all variables with the server's prefix settings?"""
    return [
        warning(
            "settings", f"There is no setting {name}.", f"Did you mean {meant}?" if meant else "Remove it."
        )
        for name, meant in unknown_variables().items()
    ]


def networks(settings: Settings) -> list[Finding]:
    """Are the weights those that were published, or were made from them?"""
    try:
        weights.check(settings.weights_dir)
    except WeightsError as error:
        return [
            fault(
                "weights",
                str(error),
                f"python -m recognition.weights --into {settings.weights_dir}, or make setup",
            )
        ]
    return [ok("weights", f"{len(weights.SERVING_FILES)} files are what they were")]


def pages(settings: Settings) -> list[Finding]:
    """Is every built file there that the manifest names?"""
    try:
        manifest = json.loads((settings.web_dist / WEB_MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return [fault("web pages", f"They are not built in {settings.web_dist}.", "make build")]
    missing = [one["file"] for one in manifest.values() if not (settings.web_dist / one["file"]).is_file()]
    if missing:
        return [fault("web pages", f"{len(missing)} files are missing, such as {missing[0]}.", "make build")]
    return [ok("web pages", f"{len(manifest)} parts are built")]


def extras(settings: Settings) -> list[Finding]:
    """What can be done without."""
    found = []
    if settings.demo and not demo.prepared(settings.demo_dir):
        found.append(
            warning(
                "demo class",
                "Its pictures are not prepared, so an empty database offers none.",
                "python -m server prepare-demo, or FACE_CHECKIN_DEMO=false",
            )
        )
    if not any(settings.fonts_dir.glob("*")):
        found.append(warning("fonts", "PDF files have no Korean font.", "python -m server fonts"))
    return found


def processor(settings: Settings) -> list[Finding]:
    """How many cores, what they can, and whether the settings ask for more."""
    shares = cores.share_out(settings)
    said = (
        f"{available_threads()} cores, {'with' if multiplies_bf16() else 'without'} native bf16;"
        f" {shares.workers} workers with {shares.threads} inference threads each"
    )
    less = cores.shortage(settings)
    found = [ok("processor", said)]
    if less is not None:
        found = [warning("processor", f"{said}: {less}", "Ask for fewer, or give the server more cores.")]
    try:
        find_device(settings)
    except BadSetting as error:
        found.append(fault("device", str(error), "python -m recognition devices lists what there is"))
    return found


def versions(settings: Settings) -> list[Finding]:
    """Of what runs."""
    named = [f"{name} {metadata.version(name)}" for name in PACKAGES if _installed(name)]
    said = f"Face Check-in {VERSION}, Python {platform.python_version()}, {', '.join(named)}"
    return [ok("versions", said)]


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
