"""Real files of every kind that may be sent here, to be bent."""

import io
import random
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import Workbook
from PIL import Image

from tests.server.fuzz.mutations import bent
from tests.server.gesture_exports import DEFAULT, packed, relabelled

ROSTER = "student number,name\n" + "".join(f"2026{n:03d},김학생 {n}\n" for n in range(40))
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//School//Timetable//EN
BEGIN:VTIMEZONE
TZID:Asia/Seoul
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0900
TZOFFSETTO:+0900
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:one@school.example
DTSTAMP:20260901T000000Z
DTSTART;TZID=Asia/Seoul:20260907T090000
DTEND;TZID=Asia/Seoul:20260907T103000
RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=20
EXDATE;TZID=Asia/Seoul:20260914T090000
SUMMARY:Seeing machines
END:VEVENT
BEGIN:VEVENT
UID:two@school.example
DTSTAMP:20260901T000000Z
DTSTART;VALUE=DATE:20260908
DURATION:PT2H
SUMMARY:Field trip
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()
ONEROSTER = {
    "manifest.csv": "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\nfile.classes,bulk\n"
    "file.users,bulk\nfile.enrollments,bulk\n",
    "classes.csv": "sourcedId,status,title,classCode\nc1,,Biology,BIO\nc2,,Art,\n",
    "users.csv": "sourcedId,status,role,username,givenName,familyName,identifier\n"
    "u1,,student,ahn,민준,김,2026001\n",
    "enrollments.csv": "sourcedId,classSourcedId,userSourcedId,role,endDate\ne1,c1,u1,student,\n",
}


@dataclass
class Bodies:
    """Files by kind, and what is made of them."""

    files: dict[str, list[bytes]] = field(default_factory=dict)

    def draw(self, kind: str, chance: random.Random) -> bytes:
        """A file of this kind, bent; now and then whole, and now and then of another kind."""
        if chance.random() < 0.1:
            kind = chance.choice(sorted(self.files))
        data = chance.choice(self.files[kind])
        if chance.random() < 0.05:
            return data
        if data[:4] == b"PK\x03\x04" and chance.random() < 0.6:
            return bent_inside(data, chance)
        return bent(data, chance, tuple(files[0][:200] for files in self.files.values()))


def bent_inside(archive: bytes, chance: random.Random) -> bytes:
    """The archive with one of its files bent, packed anew so that checksums agree."""
    with zipfile.ZipFile(io.BytesIO(archive)) as whole:
        files = {name: whole.read(name) for name in whole.namelist()}
    name = chance.choice(sorted(files))
    files[name] = bent(files[name], chance)
    return packed(files, stored=chance.random() < 0.5)


def bodies(people: Path) -> Bodies:
    """One to four files of each kind, made of the people who do not exist."""
    photos = [min((people / person / "probe").glob("*.jpg")) for person in ("kai", "leo")]
    whole = [Image.open(path) for path in photos]
    small = whole[0].resize((160, 120))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x8825] = {1: "N", 2: (37.0, 33.0, 0.0)}
    pictures = [
        photos[1].read_bytes(),
        _encoded(small, "JPEG", exif=exif),
        _encoded(small, "JPEG", progressive=True, quality=30),
        _encoded(small.convert("CMYK"), "JPEG"),
        _encoded(small.resize((48, 36)), "PNG", exif=exif),
        _encoded(small.resize((48, 36)).convert("P"), "PNG"),
        _encoded(small.resize((48, 36)).convert("LA"), "PNG"),
        _encoded(small, "WEBP", quality=40),
        _encoded(small, "WEBP", save_all=True, append_images=[small.rotate(90)], lossless=True),
    ]
    named = {f"2026{n:03d}_{n}.jpg": pictures[n % len(pictures)] for n in range(3)}
    export = relabelled("one", "two", "three", "four")
    return Bodies(
        {
            "picture": pictures,
            "roster": [ROSTER.encode(), ROSTER.replace(",", "\t").encode("utf-16"), ROSTER.encode("cp949")]
            + [_workbook(), packed({name: text.encode() for name, text in ONEROSTER.items()})],
            "photos": [packed(named), packed({"a/b/김.png": pictures[4], **named}, stored=False)],
            "calendar": [CALENDAR],
            "gestures": [packed(DEFAULT, stored=False), packed(export, stored=False), DEFAULT["model.json"]],
            "bomb": [swelling_picture(), swelling_archive("model.json"), swelling_archive("xl/workbook.xml")],
        }
    )


def swelling_picture() -> bytes:
    """A PNG of 24 million pixels in 70 kB."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", 6000, 4000, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(6000 * 4000 * 3 + 4000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def swelling_archive(name: str) -> bytes:
    """A ZIP with one file of 100 MB in 100 kB."""
    return packed({name: bytes(100_000_000)}, stored=False)


def _encoded(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def _workbook() -> bytes:
    book = Workbook()
    for row in ROSTER.splitlines():
        book.active.append(row.split(","))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
