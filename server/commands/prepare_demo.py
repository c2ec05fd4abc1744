"""Making the demo class's pictures."""

from pathlib import Path

from recognition.exceptions import WeightsError
from server import demo_pictures
from server.exceptions import PartMissing
from server.runtime import load_engine
from server.settings import Settings


def prepare_demo(settings: Settings, source: Path | None) -> int:
    """``python -m server prepare-demo``; nothing changes when this version made the pictures."""
    if source is not None and not source.exists():
        raise PartMissing(f"There is no {source}.")
    try:
        engine = load_engine(settings)
    except WeightsError as error:
        raise PartMissing(str(error)) from error
    if demo_pictures.up_to_date(settings.demo_dir, engine.embedder_id):
        print(f"The demo class's pictures are in {settings.demo_dir}.")
        return 0
    print(f"Cutting the demo class's pictures out of {demo_pictures.PACKAGE} …", flush=True)
    people = demo_pictures.prepare(settings.demo_dir, engine, source)
    print(f"{people} people are in {settings.demo_dir}.")
    return 0
