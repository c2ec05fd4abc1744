"""What each goal needs, in order. A step states what it is made from and what it makes."""

import re
import sys

import debian
import node
import python_packages
from console import Step
from house import House

FOR_TESTS = (
    debian.program("chromium"),
    debian.program("nginx-light", "nginx"),
    debian.program("redis-server"),
    debian.file_of("postgresql", *(f"/usr/lib/postgresql/{version}/bin/initdb" for version in range(13, 20))),
    debian.program("pgbouncer"),
    debian.program("prometheus", "promtool"),
    debian.program("ffmpeg"),
    debian.file_of("fonts-noto-cjk", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
)
GOALS = {
    "packages": ("environment", "packages"),
    "lint": ("environment", "packages", "test-packages", "node", "node-packages"),
    "sbom": ("environment", "packages", "test-packages", "node"),
    "web": ("environment", "packages", "node", "node-packages", "pages", "translations"),
    "run": (
        "environment",
        "packages",
        "node",
        "node-packages",
        "pages",
        "translations",
        "weights",
        "fonts",
        "demo",
    ),
    "test": (
        "programs",
        "environment",
        "packages",
        "test-packages",
        "node",
        "node-packages",
        "pages",
        "translations",
        "weights",
        "fonts",
        "demo",
    ),
}


def steps_for(goal: str, house: House) -> list[Step]:
    """The steps of a goal, from the bottom up."""
    steps = {step.name: step for step in _all_steps(house)}
    return [steps[name] for name in GOALS[goal]]


def _all_steps(house: House) -> list[Step]:
    digest, inventory = house.digest, house.inventory

    def npm(*words: str, failed: str, advice: str):
        return lambda console: node.run_npm(console, house, *words, failed=failed, advice=advice)

    def module(*words: str, failed: str, advice: str):
        command = [house.python, "-m", *words]
        return lambda console: console.run(
            command, folder=house.root, failed=failed, advice=advice, read=_without_library_logs
        )

    def pip(*requirements: str):
        return lambda console: python_packages.install_requirements(console, house, *requirements)

    weights = ["recognition.weights", "--into", "models/faces"]
    fonts = ["server", "fonts", "--optional"]
    if house.local_weights:
        weights += ["--local", house.local_weights]
        fonts += ["--local", house.local_weights]
    return [
        Step(
            "programs",
            "Debian's programs for the tests",
            inputs=lambda: "",
            outputs=lambda: debian.missing(FOR_TESTS),
            do=lambda console: debian.install(console, debian.missing(FOR_TESTS)),
        ),
        Step(
            "environment",
            "Virtual environment",
            inputs=lambda: f"{house.environment} {python_packages.interpreter()}",
            outputs=lambda: [str(house.python.exists())],
            do=lambda console: python_packages.make_environment(console, house),
        ),
        Step(
            "packages",
            "Python packages",
            inputs=lambda: digest("requirements.txt", also=[_environment_made(house)]),
            outputs=list,
            do=pip("requirements.txt"),
        ),
        Step(
            "test-packages",
            "Python packages for the tests",
            inputs=lambda: digest(
                "requirements.txt", "requirements/dev.txt", also=[_environment_made(house)]
            ),
            outputs=list,
            do=pip("requirements.txt", "requirements/dev.txt"),
        ),
        Step(
            "node",
            "Node",
            inputs=lambda: (
                f"{node.machine_has_node()} {digest(node.NODE_FROM_PYPI, also=[_environment_made(house)])}"
            ),
            outputs=list,
            do=lambda console: node.install(console, house),
        ),
        Step(
            "node-packages",
            "Packages for the pages",
            inputs=lambda: digest("web/package.json", "web/package-lock.json"),
            outputs=lambda: inventory("web/node_modules/.package-lock.json"),
            do=npm(
                "ci",
                failed="npm could not install the packages for the pages",
                advice="see that this machine reaches its npm registry: `npm config get registry`.",
            ),
        ),
        Step(
            "pages",
            "Pages",
            inputs=lambda: digest("web"),
            outputs=lambda: inventory("web/dist"),
            do=npm(
                "run",
                "build",
                failed="The pages could not be built",
                advice="read the lines above; `make clean` and a new start help when files were cut short.",
            ),
        ),
        Step(
            "translations",
            "Translations",
            inputs=lambda: digest("server/translations", ending=".po"),
            outputs=lambda: inventory("server/translations", ending=".mo"),
            do=lambda console: console.run(
                [house.python.with_name("pybabel"), "compile", "-d", "server/translations"],
                folder=house.root,
                failed="The translations could not be compiled",
                advice="the lines above name the catalogue and the line in it.",
            ),
        ),
        Step(
            "weights",
            "Weights of the face models",
            inputs=lambda: digest("recognition", ending=".py", also=[house.local_weights or ""]),
            outputs=lambda: inventory("models/faces"),
            do=module(
                *weights,
                failed="The weights could not be made ready",
                advice="the lines above name the file; with files from elsewhere: make run WEIGHTS=folder.",
            ),
        ),
        Step(
            "fonts",
            "Font of PDF files",
            inputs=lambda: digest("server/fonts.py", also=[house.local_weights or ""]),
            outputs=lambda: inventory("models/fonts"),
            do=module(
                *fonts,
                failed="The font of PDF files could not be made ready",
                advice="the lines above name the file; with files from elsewhere: make run WEIGHTS=folder.",
            ),
        ),
        Step(
            "demo",
            "Pictures of the demo class",
            inputs=lambda: digest("server/demo_pictures.py", "server/services/demo.py", "recognition"),
            outputs=lambda: inventory("models/demo"),
            do=module(
                "server",
                "prepare-demo",
                failed="The demo class's pictures could not be made ready",
                advice="see that this machine reaches its Python package index, then run make again.",
            ),
        ),
    ]


def _without_library_logs(line: str) -> str | None:
    """TensorFlow logs while it is imported: "I0000 …" or a date; what our own programs say has neither."""
    return None if re.match(r"[IWEF]\d{4} |\d{4}-\d\d-\d\d|WARNING: All log", line) else line


def _environment_made(house: House) -> str:
    """When the environment was made: a new one has to be filled again."""
    marker = house.environment / "pyvenv.cfg"
    return str(marker.stat().st_mtime_ns) if marker.exists() else f"none yet, {sys.executable}"
