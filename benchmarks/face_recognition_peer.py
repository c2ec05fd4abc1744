"""What the face_recognition package makes of pictures; run by an interpreter that has it, not this project.

Reads one path a line from standard input; writes one JSON line each: the 128 numbers of the face nearest to
the middle (null without a face), the milliseconds from file to numbers, and the boxes of all faces as
(x, y, width, height).
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
        vectors = face_recognition.face_encodings(image, boxes[:1])
        answer = {
            "vector": vectors[0].tolist() if vectors else None,
            "milliseconds": 1000 * (time.perf_counter() - start),
            "boxes": [(left, top, right - left, bottom - top) for top, right, bottom, left in boxes],
        }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
