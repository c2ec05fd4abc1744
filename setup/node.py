"""Node for building the pages: the machine's own where it is new enough, else the one that PyPI carries."""

import os
import shutil
import subprocess
from pathlib import Path

import python_packages
from console import Console, SetupFailed
from house import House

OLDEST_NODE = (20, 19)
NODE_FROM_PYPI = "requirements/node.txt"


def machine_has_node() -> bool:
    """Whether PATH holds npm, and a node that is new enough for the build."""
    return _version(shutil.which("node")) >= OLDEST_NODE and shutil.which("npm") is not None


def _version(node: str | Path | None) -> tuple[int, ...]:
    if node is None:
        return ()
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60)
    except OSError:
        return ()
    numbers = answer.stdout.strip().removeprefix("v").split(".")
    return tuple(int(number) for number in numbers if number.isdigit())


def install(console: Console, house: House) -> None:
    """Put PyPI's Node into the virtual environment where the machine has none. Raises SetupFailed."""
    if machine_has_node():
        return
    python_packages.install_requirements(console, house, NODE_FROM_PYPI)
    if _version(house.environment / "bin" / "node") < OLDEST_NODE:
        raise SetupFailed(
            f"The Node of {NODE_FROM_PYPI} does not run on this machine.",
            "install Node 20.19 or newer with npm, then run make again.",
        )


def run_npm(console: Console, house: House, *words: str, failed: str, advice: str) -> None:
    """Run npm in web/ with whichever Node `install` settled on."""
    environment = {
        "npm_config_fund": "false",
        "npm_config_audit": "false",
        "npm_config_update_notifier": "false",
    }
    npm = shutil.which("npm")
    if not machine_has_node():
        environment["PATH"] = os.pathsep.join([str(house.environment / "bin"), os.environ["PATH"]])
        npm = str(house.environment / "bin" / "npm")
    console.run([npm, *words], folder=house.web, environment=environment, failed=failed, advice=advice)
