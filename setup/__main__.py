"""Prepare this folder for one goal: `python3 setup run|test|lint|web|packages`.

Needs nothing but Python's standard library. What is there already is left alone, so that running it twice
costs a fraction of a second the second time.
"""

import argparse
import fcntl
import sys
from pathlib import Path

from console import Console, SetupFailed
from house import House
from steps import GOALS, steps_for


def main() -> int:
    """Bring the folder up to date for the goal; 0 when it is, 1 with a plain message when it cannot be."""
    parser = argparse.ArgumentParser(prog="python3 setup", description=__doc__)
    parser.add_argument("goal", choices=sorted(GOALS))
    parser.add_argument("--weights", metavar="DIR", help="take model files from this folder, no download")
    arguments = parser.parse_args()
    house = House(Path(__file__).resolve().parent.parent, local_weights=arguments.weights)
    house.build.mkdir(exist_ok=True)
    console = Console(house.build / "logs")
    with (house.build / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.say("Another set-up of this folder is under way: waiting for it to end.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            console.run_steps(steps_for(arguments.goal, house), house.stamps)
        except SetupFailed as failure:
            console.say_failure(failure)
            return 1
        except KeyboardInterrupt:
            console.say("\nSet-up stopped by the keyboard. `make` goes on where it stopped.")
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
