"""What a figure was measured on; a time without it means nothing."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

LIBRARIES = ("numpy", "opencv-python-headless", "openvino", "scikit-learn")


def machine() -> dict[str, Any]:
    """Processor, cores this process may use, load, and the libraries that decide speed and rounding."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "load_1_min": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def in_words(facts: dict[str, Any]) -> str:
    return f"{facts['processor']}, {facts['cores']} cores, load {facts['load_1_min']} at the start"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown processor"
