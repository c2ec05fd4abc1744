"""Roll-call: how many faces of real classrooms are found, who is named in composed rooms, how long it takes.

Recall is of the annotated faces of WIDER FACE's classrooms and meetings that are at least 24 pixels high; a
box is false where it overlaps no annotated face, however small, by an IoU of 0.4. The detector's limits are
chosen on these pictures, which are all there are; :mod:`benchmarks.room_limits` judges the choice on halves
that it has not seen.

Rooms are composed of LFW: of 24 faces in each, half are students with five other photos enrolled, half are
strangers; every face is pasted at a height of 36 to 110 pixels.

`--peer PYTHON` names an interpreter with face_recognition, whose detector (dlib's, as it is called by
default) is held against the same annotations.

The classic stack, mtcnn 1.0.0 with keras-facenet's network by `.predict` and an SVC, goes over the same tiles
of the same pictures.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from benchmarks import room_limits
from benchmarks.classroom import annotated, judge_all, truth_of
from benchmarks.embeddings import photos_below
from benchmarks.face_recognition_process import FaceRecognition
from benchmarks.machine import in_words, machine
from benchmarks.tables import percent, replace_table, table
from recognition import weights
from recognition.engine import FaceEngine
from recognition.exceptions import PhotoRefused
from recognition.image import decode_image
from recognition.roll_call import call_roll
from recognition.room_detector import RoomDetector, pyramid_of
from recognition.roster_model import RosterModel
from recognition.tiles import tiles_of

STUDENTS = 40
ENROLLED_FROM = 5
ROOMS = 20
FACES_IN_ROOM = 24
HEIGHTS = (36, 110)
ROOM_SIZE = (1080, 1920)
CLASSIC_PICTURES = 4
REPEATS = 15
SEED = 0
THIRTY = 30


@dataclass(frozen=True)
class Cast:
    """Who may sit in a room: photos not enrolled from, by student; photos of strangers."""

    model: RosterModel
    probes: dict[str, list[Path]]
    strangers: list[Path]


def run(data: Path, engine: FaceEngine, peer: str | None = None) -> dict[str, Any]:
    """Recall and false boxes, names in composed rooms, times; ready for JSON. Raises PeerFailed."""
    facts = machine()
    detector = RoomDetector(weights.default_weights_dir())
    cast = _cast(data / "lfw", engine)
    folder = data / "classroom"
    result: dict[str, Any] = {}
    if peer:
        with FaceRecognition(peer) as other:
            seen = {
                name: [annotated(box) for box in other.locate(folder / name)] for name in truth_of(folder)
            }
        result["peer"] = asdict(judge_all(truth_of(folder), seen))
    return result | {
        "machine": facts,
        "classroom": _classroom(folder, detector),
        "limits": room_limits.run(folder),
        "rooms": _rooms(cast, engine, detector),
        "thirty": _thirty(cast, engine, detector),
        "classic": _classic(folder, cast, engine, detector),
    }


def _classroom(folder: Path, detector: RoomDetector) -> dict[str, Any]:
    seen, spent, truth = {}, [], truth_of(folder)
    for name in truth:
        image = decode_image((folder / name).read_bytes())
        start = time.perf_counter()
        seen[name] = detector.detect(image)
        spent.append(1000 * (time.perf_counter() - start))
    return asdict(judge_all(truth, seen)) | {"milliseconds": median(spent)}


def _cast(folder: Path, engine: FaceEngine) -> Cast:
    photos: dict[str, list[Path]] = {}
    for path in photos_below(folder):
        photos.setdefault(path.parent.name, []).append(path)
    vectors, labels, probes = [], [], {}
    for name in sorted(photos):
        if len(probes) == STUDENTS or len(photos[name]) < ENROLLED_FROM + 2:
            continue
        own = []
        for path in photos[name][:-2]:
            try:
                own.append(engine.enrol(decode_image(path.read_bytes())).embedding)
            except PhotoRefused:
                continue
            if len(own) == ENROLLED_FROM:
                break
        if len(own) == ENROLLED_FROM:
            vectors += own
            labels += [name] * ENROLLED_FROM
            probes[name] = photos[name][-2:]
    strangers = [paths[0] for paths in photos.values() if len(paths) == 1]
    model = RosterModel.fit(np.stack(vectors), labels, embedder_id=engine.embedder_id)
    return Cast(model, probes, strangers)


def composed(
    portraits: list[np.ndarray], random: np.random.Generator, heights: tuple[int, int] = HEIGHTS
) -> tuple[np.ndarray, list[tuple[float, float, float]]]:
    """A room with these 250×250 portraits of LFW in its seats, and the middle and size of each.

    heights: of the faces, which are some 0.45 of their portraits.
    """
    height, width = ROOM_SIZE
    picture = random.normal(140, 6, (height, width, 3)).clip(0, 255).astype(np.uint8)
    seats = []
    columns, rows = 6, 5
    places = random.permutation(columns * rows)[: len(portraits)]
    for place, portrait in zip(places, portraits, strict=True):
        side = round(random.uniform(*heights) / 0.45)
        side = min(side, width // columns - 4, height // rows - 4)
        left = (place % columns) * (width // columns) + 2
        top = (place // columns) * (height // rows) + 2
        picture[top : top + side, left : left + side] = cv2.resize(
            portrait, (side, side), interpolation=cv2.INTER_AREA
        )
        seats.append((left + side / 2, top + side / 2, side))
    return picture, seats


def _rooms(cast: Cast, engine: FaceEngine, detector: RoomDetector) -> dict[str, Any]:
    random = np.random.default_rng(SEED)
    counts = dict.fromkeys(
        ("students", "named", "named_wrongly", "not_named", "strangers", "strangers_named", "absent_named"), 0
    )
    for _ in tqdm(range(ROOMS), desc="rooms"):
        names = list(random.choice(sorted(cast.probes), FACES_IN_ROOM // 2, replace=False))
        paths = [cast.probes[name][random.integers(2)] for name in names]
        paths += list(random.choice(cast.strangers, FACES_IN_ROOM - len(names), replace=False))
        picture, seats = composed([decode_image(path.read_bytes()) for path in paths], random)
        seen = call_roll(picture, detector, engine.embedder, cast.model)
        named: dict[int, str] = {}
        for one in seen:
            x, y, width, height = one.face.box
            for seat, (centre_x, centre_y, side) in enumerate(seats):
                near = max(abs(x + width / 2 - centre_x), abs(y + height / 2 - centre_y)) < side * 0.25
                if near and one.label is not None:
                    named[seat] = one.label
        for seat in range(len(seats)):
            given = named.get(seat)
            if seat < len(names):
                counts["students"] += 1
                counts["named"] += given == names[seat]
                counts["named_wrongly"] += given not in {None, names[seat]}
                counts["not_named"] += given is None
            else:
                counts["strangers"] += 1
                counts["strangers_named"] += given is not None
        counts["absent_named"] += sum(one.label is not None and one.label not in names for one in seen)
    return {"rooms": ROOMS, **counts}


def _thirty(cast: Cast, engine: FaceEngine, detector: RoomDetector) -> dict[str, Any]:
    """A room in which thirty faces are found, those behind the people portrayed too; half are students. From
    the picture's bytes to names."""
    random = np.random.default_rng(SEED)
    names = list(random.choice(sorted(cast.probes), THIRTY // 2, replace=False))
    paths = [cast.probes[name][0] for name in names]
    paths += list(random.choice(cast.strangers, THIRTY - len(names), replace=False))
    portraits = [decode_image(path.read_bytes()) for path in paths]
    for count in range(THIRTY, 0, -1):
        picture, _ = composed(portraits[:count], np.random.default_rng(SEED))
        if len(detector.detect(picture)) <= THIRTY:
            break
    data = cv2.imencode(".jpg", picture[..., ::-1])[1].tobytes()
    spent, faces = [], 0
    for _ in range(REPEATS):
        start = time.perf_counter()
        faces = len(call_roll(decode_image(data), detector, engine.embedder, cast.model))
        spent.append(1000 * (time.perf_counter() - start))
    return {"faces": faces, "milliseconds": median(spent[3:])}


def _classic(folder: Path, cast: Cast, engine: FaceEngine, detector: RoomDetector) -> dict[str, Any]:
    """Both stacks over the same tiles of the same pictures, at the same sizes."""
    from benchmarks.classic import ClassicStack

    stack = ClassicStack(weights.source_path(weights.default_weights_dir(), weights.FROZEN_GRAPH))
    random = np.random.default_rng(SEED)
    labels = sorted(cast.probes)
    stack.fit(random.normal(size=(2 * len(labels), 512)).astype(np.float32), labels * 2)
    ours, theirs, faces, their_faces = [], [], 0, 0
    names = list(truth_of(folder))
    for name in tqdm(names[:: len(names) // CLASSIC_PICTURES][:CLASSIC_PICTURES], desc="classic stack"):
        image = decode_image((folder / name).read_bytes())
        call_roll(image, detector, engine.embedder, cast.model)
        start = time.perf_counter()
        faces += len(call_roll(image, detector, engine.embedder, cast.model))
        ours.append(1000 * (time.perf_counter() - start))
        spent = 0.0
        for long_side in pyramid_of(image):
            scale = long_side / max(image.shape[:2])
            level = cv2.resize(image, None, fx=scale, fy=scale)
            for tile in tiles_of(level.shape[1], level.shape[0], 1280, 160):
                part = level[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width]
                data = cv2.imencode(".png", part[..., ::-1])[1].tobytes()
                start = time.perf_counter()
                their_faces += len(stack.identify_everybody(data))
                spent += 1000 * (time.perf_counter() - start)
        theirs.append(spent)
    return {
        "pictures": len(ours),
        "faces": faces,
        "their_faces": their_faces,
        "milliseconds": median(ours),
        "their_milliseconds": median(theirs),
        "ratio": sum(theirs) / sum(ours),
    }


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """Everything into docs/rollcall.md."""
    page, room, rooms = docs / "rollcall.md", result["classroom"], result["rooms"]
    rows: list[tuple[str, object]] = [
        ("faces from 24 pixels found", _of(room["found"], room["faces"])),
        ("false boxes a picture", f"{room['false_boxes'] / room['pictures']:.2f}"),
        *_by_limits(result["limits"]),
        *_by_peer(result.get("peer")),
        ("time a picture", f"{room['milliseconds']:.0f} ms"),
    ]
    head = (f"{room['pictures']} classrooms and meetings", "")
    replace_table(page, "rollcall-classroom", table(head, rows))
    rows = [
        ("students who are there, named rightly", _of(rooms["named"], rooms["students"])),
        ("named as somebody else", _of(rooms["named_wrongly"], rooms["students"])),
        ("strangers named as a student", _of(rooms["strangers_named"], rooms["strangers"])),
        ("students named who are not there", rooms["absent_named"]),
    ]
    replace_table(page, "rollcall-rooms", table((f"{rooms['rooms']} rooms", ""), rows))
    thirty, classic = result["thirty"], result["classic"]
    rows = [
        (f"a room with {thirty['faces']} faces, from bytes to names", f"{thirty['milliseconds']:.0f} ms"),
        (f"a classroom picture, of {classic['pictures']}", f"{classic['milliseconds']:.0f} ms"),
        ("the classic stack on the same tiles", f"{classic['their_milliseconds']:.0f} ms"),
    ]
    note = f"Over all of them the classic stack takes **{classic['ratio']:.1f} times** as long."
    text = f"{table(('', 'time'), rows)}\n\n{note} {in_words(result['machine'])}."
    replace_table(page, "rollcall-speed", text)


def _by_limits(limits: dict[str, Any]) -> list[tuple[str, object]]:
    recall, false = limits["recall"], limits["false_boxes"]
    return [
        (
            f"found by limits chosen on the other half, {limits['splits']} splits",
            f"{percent(recall['mean'], 1)} ({percent(recall['least'], 1)} to {percent(recall['most'], 1)})",
        ),
        (
            "false boxes a picture by them",
            f"{false['mean']:.2f} ({false['least']:.2f} to {false['most']:.2f})",
        ),
        (
            f"found at {limits['sides_beside']} sizes about the one chosen",
            "{} to {}".format(*limits["found_beside"]),
        ),
        ("false boxes a picture at them", "{:.2f} to {:.2f}".format(*limits["false_beside"])),
        ("the limits by that rule on all pictures", f"{limits['side']} px, score {limits['score']:.2f}"),
    ]


def _by_peer(room: dict[str, Any] | None) -> list[tuple[str, object]]:
    if room is None:
        return []
    return [
        ("face_recognition finds", _of(room["found"], room["faces"])),
        ("its false boxes a picture", f"{room['false_boxes'] / room['pictures']:.2f}"),
    ]


def _of(count: int, total: int) -> str:
    return f"{count} of {total} ({percent(count / total, 1)})"
