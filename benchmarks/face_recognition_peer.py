"""What the face_recognition package makes of pictures; run by an interpreter that has it, not this project.

Reads one path a line from standard input; writes one JSON line each: the 128 numbers of the face nearest to
the middle (null without a face) and the milliseconds from file to numbers.
"""

import json
import sys
import time

import face_recognition


def main():
    """Embed the pictures named on standard input."""
    for line in sys.stdin:
        start = time.perf_counter()
        image = face_recognition.load_image_file(line.rstrip("\n"))
        height, width = image.shape[:2]
        boxes = sorted(
            face_recognition.face_locations(image),
            key=lambda box: abs(box[0] + box[2] - height) + abs(box[1] + box[3] - width),
        )
        found = face_recognition.face_encodings(image, boxes[:1])
        spent = 1000 * (time.perf_counter() - start)
        print(json.dumps({"vector": found[0].tolist() if found else None, "milliseconds": spent}), flush=True)


if __name__ == "__main__":
    main()
