"""Set-up does what is missing, once, and says plainly what stands in the way."""

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

MODULES = ("console", "debian", "house", "node", "python_packages", "steps")


@pytest.fixture
def setup(repository: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The set-up's modules. They are no package, so that a bare python3 can run the folder."""
    monkeypatch.syspath_prepend(repository / "setup")
    for name in MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    return SimpleNamespace(**{name: importlib.import_module(name) for name in MODULES})


@pytest.fixture
def console(setup: SimpleNamespace) -> ModuleType:
    """The one that runs steps."""
    return setup.console


@pytest.fixture
def bench(console: ModuleType, tmp_path: Path) -> Callable[[], list[str]]:
    """Runs two steps, each copying a file, and gives the names of those that had to be done."""
    done: list[str] = []

    def step(name: str) -> object:
        source, target = tmp_path / f"{name}.in", tmp_path / f"{name}.out"
        if not source.exists():
            source.write_text(name)

        def do(_: object) -> None:
            done.append(name)
            target.write_text(source.read_text())

        return console.Step(
            name, name, source.read_text, lambda: [str(target.stat().st_size)] if target.exists() else [], do
        )

    def run() -> list[str]:
        done.clear()
        steps = [step("one"), step("two")]
        console.Console(tmp_path / "logs", interactive=False).run_steps(steps, tmp_path / "stamps")
        return list(done)

    return run


def test_steps_are_done_once(bench: Callable[[], list[str]]) -> None:
    assert [bench(), bench()] == [["one", "two"], []]


def test_a_step_is_done_again_when_its_input_changes(bench: Callable[[], list[str]], tmp_path: Path) -> None:
    bench()
    (tmp_path / "two.in").write_text("changed")
    assert [bench(), bench()] == [["two"], []]


def test_a_step_is_done_again_when_its_output_is_lost(bench: Callable[[], list[str]], tmp_path: Path) -> None:
    bench()
    (tmp_path / "one.out").unlink()
    assert [bench(), bench()] == [["one"], []]


def test_a_step_that_fails_is_tried_again(console: ModuleType, tmp_path: Path) -> None:
    tries: list[int] = []

    def fail(_: object) -> None:
        tries.append(1)
        raise console.SetupFailed("no network", "plug it in")

    step = console.Step("one", "One", lambda: "", list, fail)
    for _ in range(2):
        with pytest.raises(console.SetupFailed):
            console.Console(tmp_path / "logs", interactive=False).run_steps([step], tmp_path / "stamps")
    assert len(tries) == 2


def test_a_command_that_fails_is_told_with_its_last_words(
    console: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = console.Console(tmp_path, interactive=False)
    command = ["sh", "-c", "echo fine; printf '\\033[31mno such package\\033[0m\\n'; exit 3"]
    with pytest.raises(console.SetupFailed) as failure:
        shown.run(command, failed="pip could not install", advice="look at the network")
    shown.say_failure(failure.value)
    told = capsys.readouterr().err
    assert "pip could not install (exit code 3)." in told
    assert "    no such package\n" in told
    assert "What to do: look at the network" in told
    assert str(tmp_path / "setup.log") in told


def test_a_command_that_is_not_there_is_told(console: ModuleType, tmp_path: Path) -> None:
    shown = console.Console(tmp_path, interactive=False)
    with pytest.raises(console.SetupFailed, match="no-such-command"):
        shown.run(["no-such-command"], failed="That did not work", advice="")


@pytest.mark.parametrize(
    ("there", "sentence"),
    [
        ({"apt-get"}, "needs root, and there is no sudo"),
        (set(), "this machine has no apt-get"),
    ],
    ids=["no sudo", "no apt"],
)
def test_what_cannot_be_installed_is_named(
    setup: SimpleNamespace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    there: set[str],
    sentence: str,
) -> None:
    shown = setup.console.Console(tmp_path, interactive=False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(shutil, "which", lambda name, **_: name if name in there else None)
    with pytest.raises(setup.console.SetupFailed, match=sentence) as failure:
        setup.debian.install(shown, ["chromium", "ffmpeg"])
    monkeypatch.undo()
    assert "chromium ffmpeg" in str(failure.value)


def test_nothing_missing_installs_nothing(setup: SimpleNamespace, tmp_path: Path) -> None:
    setup.debian.install(setup.console.Console(tmp_path, interactive=False), [])


def test_a_python_that_is_too_old_is_refused_in_one_sentence(repository: Path, tmp_path: Path) -> None:
    old = tmp_path / "old-python"
    pretend = "import sys; sys.version_info = (3, 9, 2); exec(sys.argv[1])"
    old.write_text(f"#!/bin/sh\nexec '{sys.executable}' -c '{pretend}' \"$2\"\n")
    old.chmod(0o755)
    command = ["make", "--no-print-directory", "run", f"PYTHON={old}"]
    refused = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert refused.returncode != 0
    assert refused.stdout == ""
    assert "Face Check-in needs Python 3.11 or newer" in refused.stderr.splitlines()[0]
    assert "3.9" in refused.stderr.splitlines()[0]


def test_every_goal_is_made_of_steps_that_exist(setup: SimpleNamespace, repository: Path) -> None:
    house = setup.house.House(repository)
    for goal, names in setup.steps.GOALS.items():
        assert [step.name for step in setup.steps.steps_for(goal, house)] == list(names)
