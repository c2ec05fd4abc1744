"""Gesture models that instructors brought or taught, and what their labels mean."""

import enum
from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, utc_now


class Gesture(enum.StrEnum):
    """What the kiosk understands."""

    CAPTURE = "CAPTURE"
    O = "O"  # noqa: E741  The gesture's own name.
    X = "X"
    IDLE = "IDLE"


class GestureModel(Base):
    """A Teachable Machine pose export, its three files byte for byte.

    They live in the database, not in the data folder, because several servers may share the database: what
    one of them was given, all of them serve. A model is about 6 MB, and there are few.
    """

    __tablename__ = "gesture_model"
    __table_args__ = (CheckConstraint("origin IN ('imported', 'taught')", name="origin"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    origin: Mapped[str] = mapped_column(String(16))
    files_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the three files one after the other: the same export is kept once."""
    labels: Mapped[list[str]]
    """In the order of the model's outputs."""
    meanings: Mapped[dict[str, str | None]] = mapped_column(JSON)
    """Label → gesture; ``None`` where nobody has said yet."""
    tfjs_version: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[str] = mapped_column(String(40))
    """As the export says, unchecked."""
    for_everyone: Mapped[bool] = mapped_column(default=False)
    """Whether kiosks without a model of their own use it; true of one model at most."""
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    model_json: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    metadata_json: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    weights: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class KioskGestureModel(Base):
    """That one kiosk uses a model of its own instead of the one that all kiosks use."""

    __tablename__ = "kiosk_gesture_model"

    kiosk_id: Mapped[int] = mapped_column(ForeignKey("kiosk.id", ondelete="CASCADE"), primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("gesture_model.id", ondelete="CASCADE"), index=True)


class GestureLabelMeaning(Base):
    """What somebody once said a label means, so that nobody is asked again."""

    __tablename__ = "gesture_label_meaning"

    label: Mapped[str] = mapped_column(String(200), primary_key=True)
    """Normalised: see :func:`server.services.gesture_labels.normalised`."""
    gesture: Mapped[str] = mapped_column(String(16))
