"""What set-up makes and serving needs: weights and web pages."""

from pathlib import Path

from recognition import weights
from recognition.exceptions import DeviceMissing
from server.exceptions import BadSetting, PartMissing
from server.settings import PREFIX, Settings

WEB_MANIFEST = Path(".vite") / "manifest.json"


def find_parts(settings: Settings) -> None:
    """Looks for what set-up makes. What is in the files is checked when they are loaded.

    :raises PartMissing: naming the first that is missing and the command that makes it.
    """
    for name in weights.SERVING_FILES:
        if not (settings.weights_dir / name).is_file():
            raise PartMissing(
                f"The weights {settings.weights_dir / name} are missing; run"
                f" `python -m recognition.weights --into {settings.weights_dir}` (or `make setup`)."
            )
    if not (settings.web_dist / WEB_MANIFEST).is_file():
        raise PartMissing(f"The web pages are not built in {settings.web_dist}; run `make build`.")


def find_device(settings: Settings) -> None:
    """Looks whether the networks can run where they should.

    :raises BadSetting: with the devices that are there.
    """
    from recognition import devices  # Loads OpenVINO, which must not happen in a process that forks.

    try:
        devices.checked(settings.device)
    except DeviceMissing as error:
        raise BadSetting(f"{PREFIX}DEVICE", str(error)) from error
