"""One process does the jobs, and another takes over when it ends."""

import subprocess
import sys
import threading

from server.jobs_turn import FileTurn, Waiting
from tests.running_server import REPOSITORY

HOLDER = """
import sys
from pathlib import Path
from server.jobs_turn import FileTurn
turn = FileTurn(Path(sys.argv[1]))
print(turn.take(), flush=True)
sys.stdin.read()
"""


def test_one_of_two_has_the_turn(tmp_path):
    one, two = FileTurn(tmp_path), FileTurn(tmp_path)
    assert (one.take(), two.take(), one.kept(), two.kept()) == (True, False, True, False)
    one.leave()
    assert two.take()
    two.leave()


def test_a_process_that_dies_leaves_its_turn(tmp_path):
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    holder = subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"True\n"
    turn = FileTurn(tmp_path)
    assert not turn.take()
    waiting = Waiting(turn, lost=lambda: None, ask_every_s=0.05)
    got = threading.Thread(target=waiting.wait)
    got.start()
    got.join(0.3)
    assert got.is_alive(), "it waits as long as the other one lives"
    holder.kill()
    holder.communicate()
    got.join(5)
    assert turn.kept()
    waiting.stop()
    assert not turn.kept()


class Away(FileTurn):
    """A turn that is lost at once, as with a database that was restarted."""

    def kept(self):
        return False


def test_who_loses_its_turn_is_told(tmp_path):
    lost = threading.Event()
    waiting = Waiting(Away(tmp_path), lost=lost.set, look_every_s=0.05)
    waiting.wait()
    assert lost.wait(5)
    waiting.stop()
