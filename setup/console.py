"""Shows how far set-up is, and runs its commands: quiet when all is well, plain words when not."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SECONDS_BETWEEN_NOTES = 15.0
LINES_OF_A_FAILURE = 12
COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class SetupFailed(Exception):
    """A step could not be done. `advice` says what the reader can do about it."""

    def __init__(
        self, message: str, advice: str = "", last_lines: Sequence[str] = (), log: Path | None = None
    ):
        super().__init__(message)
        self.advice = advice
        self.last_lines = tuple(last_lines)
        self.log = log


@dataclass(frozen=True)
class Step:
    """One thing to bring up to date. `state` digests what it is made from and what came out of it."""

    name: str
    title: str
    inputs: Callable[[], str]
    outputs: Callable[[], list[str]]
    do: Callable[["Console"], None]

    def state(self, inputs: str | None = None) -> str:
        """What a stamp holds when the step is done; the outputs are part of it, so a lost file is noticed."""
        return "\n".join([inputs or self.inputs(), *self.outputs()])


@dataclass
class Console:
    """Progress on standard output; every command's full output goes to a file under `logs`."""

    logs: Path
    interactive: bool = field(default_factory=sys.stdout.isatty)
    step: Step | None = None
    _prefix: str = ""
    _started: float = 0.0
    _noted: float = 0.0

    def say(self, text: str) -> None:
        """Print one line at once."""
        print(text, flush=True)

    def note(self, text: str) -> None:
        """Say how far the running step is: on a terminal in place, elsewhere now and then."""
        now = time.monotonic()
        seconds = now - self._started
        if self.interactive:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r\033[K{f'{self._prefix}: {text} ({seconds:.0f} s)'[:width]}", end="", flush=True)
        elif now - self._noted >= SECONDS_BETWEEN_NOTES:
            self._noted = now
            self.say(f"{self._prefix}: {text} ({seconds:.0f} s)")

    def run_steps(self, steps: Sequence[Step], stamps: Path) -> None:
        """Do, in order, the steps whose stamp does not match. Raises SetupFailed at the first that fails."""
        stamps.mkdir(parents=True, exist_ok=True)
        begun = time.monotonic()
        done = 0
        for number, step in enumerate(steps, start=1):
            stamp = stamps / step.name
            if stamp.is_file() and stamp.read_text() == step.state():
                continue
            self.step, self._prefix = step, f"[{number}/{len(steps)}] {step.title}"
            self._started = self._noted = time.monotonic()
            self.say(f"{self._prefix} …")
            stamp.unlink(missing_ok=True)
            inputs = step.inputs()
            step.do(self)
            stamp.write_text(step.state(inputs))
            clear = "\r\033[K" if self.interactive else ""
            self.say(f"{clear}{self._prefix}: done in {time.monotonic() - self._started:.1f} s")
            done += 1
        verdict = f"{done} of {len(steps)} steps done" if done else f"all {len(steps)} steps up to date"
        self.say(f"Set-up: {verdict} ({time.monotonic() - begun:.1f} s).")

    def run(
        self,
        command: Sequence[str | Path],
        *,
        failed: str,
        advice: str,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        read: Callable[[str], str | None] = lambda line: line,
    ) -> str:
        """Run a command, and give its output. `read` turns a line of it into a note, or None for no note.

        Raises SetupFailed(failed, advice) with the last lines when it cannot start or ends with non-zero.
        """
        words = [str(word) for word in command]
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{self.step.name if self.step else 'setup'}.log"
        lines: deque[str] = deque(maxlen=2000)
        with log.open("a") as record:
            record.write(f"$ {shlex.join(words)}\n")
            try:
                process = subprocess.Popen(
                    words,
                    cwd=folder,
                    env={**os.environ, **(environment or {})},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    errors="replace",
                )
            except OSError as error:
                raise SetupFailed(f"{failed}: {words[0]}: {error.strerror}.", advice) from error
            heart = _Heartbeat(self)
            with process:
                try:
                    for coloured in process.stdout:
                        line = COLOUR.sub("", coloured)
                        record.write(line)
                        lines.append(line.rstrip())
                        if shown := read(line.strip()):
                            heart.text = shown
                            self.note(shown)
                except BaseException:
                    process.terminate()
                    raise
                finally:
                    heart.stop()
            code = process.returncode
        if code:
            telling = [line for line in lines if line.strip()][-LINES_OF_A_FAILURE:]
            raise SetupFailed(f"{failed} (exit code {code}).", advice, telling, log)
        return "\n".join(lines)

    def say_failure(self, failure: SetupFailed) -> None:
        """Print a failed step: what is missing, the end of the command's output, and what to do."""
        where = f"{self._prefix}: " if self._prefix else ""
        print(f"{chr(10) if self.interactive else ''}{where}{failure}", file=sys.stderr)
        for line in failure.last_lines:
            print(f"    {line}", file=sys.stderr)
        if failure.advice:
            print(f"  What to do: {failure.advice}", file=sys.stderr)
        if failure.log:
            print(f"  All of its output: {failure.log}", file=sys.stderr)


class _Heartbeat:
    """Repeats the last note while a command is silent, so that a long download does not look dead."""

    def __init__(self, console: Console):
        self.text = "working"
        self._console = console
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    def _beat(self) -> None:
        while not self._ended.wait(1.0):
            self._console.note(self.text)

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()
