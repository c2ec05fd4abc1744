"""Who watches the stages of recognition is told of each, and of nobody else's."""

import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from recognition.engine import FaceEngine
from recognition.exceptions import ImageRejected
from recognition.image import decode_image
from recognition.roster_model import RosterModel
from recognition.stages import observed


class Watcher:
    """Notes what begins and what ends."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    @contextmanager
    def __call__(self, name):
        self.seen.append(name)
        try:
            yield
        finally:
            self.seen.append(f"/{name}")


@pytest.fixture(scope="module")
def engine(weights_dir: Path) -> FaceEngine:
    return FaceEngine.load(weights_dir)


def test_stages_come_in_order_and_end(engine: FaceEngine, demo_people: Path) -> None:
    picture = (demo_people / "dana" / "probe" / "01.jpg").read_bytes()
    photo = decode_image((demo_people / "dana" / "enrol" / "01.jpg").read_bytes())
    model = RosterModel.fit(engine.enrol(photo).embedding[None], ["dana"], embedder_id=engine.embedder_id)
    watcher = Watcher()
    with observed(watcher):
        engine.identify([decode_image(picture)], model)
    begun = [name for name in watcher.seen if not name.startswith("/")]
    assert begun[:5] == ["decode", "detect", "align", "mask", "embed"]
    assert begun[-1] == "decide"
    assert sorted(watcher.seen) == sorted([*begun, *(f"/{name}" for name in begun)])
    decode_image(picture)
    assert len(watcher.seen) == 2 * len(begun), "nobody watches any more"


def test_a_stage_that_fails_ends_too() -> None:
    watcher = Watcher()
    with observed(watcher), pytest.raises(ImageRejected):
        decode_image(b"no picture")
    assert watcher.seen == ["decode", "/decode"]


def test_another_thread_is_not_watched(demo_people: Path) -> None:
    picture = (demo_people / "dana" / "probe" / "01.jpg").read_bytes()
    watcher = Watcher()
    with observed(watcher):
        other = threading.Thread(target=decode_image, args=(picture,))
        other.start()
        other.join()
    assert watcher.seen == []
