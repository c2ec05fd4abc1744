"""What a fit leaves in its folder: model.joblib and manifest.json, metadata.json, report.html."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recognition.engine import FaceEngine
from recognition.manifest import Manifest
from training.checking import warnings_of
from training.fitting import FitResult
from training.groups import Groups, to_json
from training.report import render_report
from training.weakness import students

METADATA_FILE = "metadata.json"
REPORT_FILE = "report.html"


def write_fit(
    result: FitResult,
    engine: FaceEngine,
    folder: Path,
    key: bytes | None = None,
    groups: Groups | None = None,
) -> Manifest:
    """Write everything into `folder`, made when missing; figures split by `groups` where given. The model
    comes last: where it is, all is."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / REPORT_FILE).write_text(render_report(result, groups), encoding="utf-8")
    content = metadata(result, engine.info())
    if groups and result.held_out:
        content["groups"] = to_json(groups, result.held_out.trials, result.model.threshold)
    text = json.dumps(content, indent=2, ensure_ascii=False)
    (folder / METADATA_FILE).write_text(text + "\n", encoding="utf-8")
    return result.model.save(folder, key)


def metadata(result: FitResult, engine_info: Mapping[str, Any]) -> dict[str, Any]:
    """How the model came about, ready for JSON: options, networks, photos by digest, figures, students."""
    return {
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "options": asdict(result.options),
        "engine": dict(engine_info),
        "figures": result.figures,
        "students": [asdict(student) for student in students(result.model, result.photos.accepted)],
        "warnings": [asdict(warning) for warning in warnings_of(result.model, result.photos.accepted)],
        "photos": [
            {
                "label": photo.label,
                "source": photo.source,
                "sha256": photo.digest,
                "quality": asdict(photo.quality),
            }
            for photo in result.photos.accepted
        ],
        "refused": [asdict(refusal) for refusal in result.photos.refused],
    }
