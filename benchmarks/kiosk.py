"""What a simulated kiosk sends: bursts of the demo people, as the form that a browser makes of them."""

from __future__ import annotations

import io
import itertools
import uuid
from datetime import UTC, datetime
from pathlib import Path

FRAMES_PER_VISIT = 3

Burst = tuple[bytes, ...]


def bursts_by_person(demo: Path) -> dict[str, list[Burst]]:
    """Pictures that nobody was enrolled from, every three in a row, by demo person."""
    found = {}
    for person in sorted(path for path in demo.iterdir() if (path / "probe").is_dir()):
        pictures = [path.read_bytes() for path in sorted((person / "probe").glob("*.jpg"))]
        if len(pictures) >= FRAMES_PER_VISIT:
            turned = list(itertools.islice(itertools.cycle(pictures), len(pictures) + FRAMES_PER_VISIT - 1))
            last = len(turned) - FRAMES_PER_VISIT + 1
            found[person.name] = [tuple(turned[start : start + FRAMES_PER_VISIT]) for start in range(last)]
    if not found:
        raise FileNotFoundError(2, "holds no pictures of the demo class: run make setup", str(demo))
    return found


def multipart(burst: Burst, session_id: int, nonce: str | None = None) -> tuple[bytes, str]:
    """The form that a kiosk sends (RFC 7578), and its content type.

    nonce: default a new one.
    """
    boundary, form = uuid.uuid4().hex, io.BytesIO()
    fields = {
        "nonce": nonce or str(uuid.uuid4()),
        "session_id": str(session_id),
        "captured_at": datetime.now(UTC).isoformat(),
    }
    for name, value in fields.items():
        disposition = f'Content-Disposition: form-data; name="{name}"'
        form.write(f"--{boundary}\r\n{disposition}\r\n\r\n{value}\r\n".encode())
    for number, frame in enumerate(burst):
        disposition = f'Content-Disposition: form-data; name="frames"; filename="{number}.jpg"'
        form.write(f"--{boundary}\r\n{disposition}\r\nContent-Type: image/jpeg\r\n\r\n".encode())
        form.write(frame + b"\r\n")
    form.write(f"--{boundary}--\r\n".encode())
    return form.getvalue(), f"multipart/form-data; boundary={boundary}"
