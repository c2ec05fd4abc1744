"""The gesture models at hand: kept, explained, used by all kiosks or by one, and removed."""

from collections.abc import Mapping

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict, Invalid, NotFound
from server.models import Account, Gesture, GestureModel, Kiosk, KioskGestureModel
from server.services import gesture_labels, kiosks
from server.services.gesture_export import GestureExport

MOST_MODELS = 40
"""At 6 MB each, they must not fill the database."""
IMPORTED, TAUGHT = "imported", "taught"


def keep(
    db: Session,
    export: GestureExport,
    *,
    name: str = "",
    said: Mapping[str, str] | None = None,
    origin: str = IMPORTED,
    account: Account | None = None,
) -> GestureModel:
    """Stores an export; one that is there already is given back as it is, with the new meanings.

    :param name: for people; default: the export's own.
    :param said: label → gesture, where labels need explaining.
    :raises Invalid: ``gesture_meaning_invalid``, ``gesture_label_unknown``.
    :raises Conflict: ``gesture_models_full``.
    """
    with writing(db):
        model = db.scalar(select(GestureModel).where(GestureModel.files_sha256 == export.files_sha256))
        if model is None:
            if (db.scalar(select(func.count(GestureModel.id))) or 0) >= MOST_MODELS:
                raise Conflict("gesture_models_full")
            model = GestureModel(
                name=(name.strip() or export.name or "gestures")[:120],
                origin=origin,
                files_sha256=export.files_sha256,
                labels=list(export.labels),
                meanings=gesture_labels.meanings(db, export.labels),
                tfjs_version=export.tfjs_version,
                made_at=export.made_at,
                created_by=account.id if account is not None else None,
                model_json=export.model_json,
                metadata_json=export.metadata_json,
                weights=export.weights,
            )
            db.add(model)
        if said:
            explain(db, model, said)
    return model


def explain(db: Session, model: GestureModel, said: Mapping[str, str]) -> None:
    """Says what labels of the model mean, and remembers it for other models that use the same words.

    :raises Invalid: ``gesture_label_unknown``, ``gesture_meaning_invalid``.
    """
    if not set(said) <= set(model.labels):
        raise Invalid("gesture_label_unknown")
    with writing(db):
        gesture_labels.remember(db, said)
        model.meanings = {**model.meanings, **said}


def unexplained(model: GestureModel) -> list[str]:
    """The labels of which nobody has said yet what they mean."""
    return [label for label in model.labels if model.meanings.get(label) is None]


def missing(model: GestureModel) -> list[Gesture]:
    """The gestures that the model does not know: there, touch and keyboard have to do."""
    known = set(model.meanings.values())
    return [gesture for gesture in (Gesture.CAPTURE, Gesture.O, Gesture.X) if gesture not in known]


def list_all(db: Session) -> list[GestureModel]:
    """Every model, newest first."""
    return list(db.scalars(select(GestureModel).order_by(GestureModel.id.desc())))


def get(db: Session, model_id: int) -> GestureModel:
    """:raises NotFound: ``gesture_model_not_found``."""
    model = db.get(GestureModel, model_id)
    if model is None:
        raise NotFound("gesture_model_not_found")
    return model


def for_everyone(db: Session) -> GestureModel | None:
    """The model of all kiosks that have none of their own; ``None``: the one that comes with the program."""
    return db.scalar(select(GestureModel).where(GestureModel.for_everyone))


def of_kiosk(db: Session, kiosk: Kiosk | None) -> GestureModel | None:
    """The model that a kiosk is to use; ``None``: the one that comes with the program."""
    own = kiosk_choices(db).get(kiosk.id) if kiosk is not None else None
    return db.get(GestureModel, own) if own is not None else for_everyone(db)


def kiosk_choices(db: Session) -> dict[int, int]:
    """The kiosks that have a model of their own: kiosk → model."""
    return {choice.kiosk_id: choice.model_id for choice in db.scalars(select(KioskGestureModel))}


def use_everywhere(db: Session, model: GestureModel | None) -> None:
    """Makes it the model of every kiosk, those that had one of their own too; ``None``: back to the default.

    :raises Conflict: ``gesture_labels_unexplained``, ``gesture_none_known``.
    """
    _check_usable(model)
    with writing(db):
        db.execute(update(GestureModel).values(for_everyone=False))
        db.execute(delete(KioskGestureModel))
        if model is not None:
            model.for_everyone = True


def use_at(db: Session, account: Account, kiosk_id: int, model: GestureModel | None) -> Kiosk:
    """Gives one kiosk a model of its own; ``None``: it goes with the others again.

    :raises NotFound: ``kiosk_not_found``, for somebody else's kiosk too.
    :raises Conflict: as :func:`use_everywhere`.
    """
    _check_usable(model)
    mine = {kiosk.id: kiosk for kiosk in kiosks.working(db, account)}
    if kiosk_id not in mine:
        raise NotFound("kiosk_not_found")
    with writing(db):
        db.execute(delete(KioskGestureModel).where(KioskGestureModel.kiosk_id == kiosk_id))
        if model is not None:
            db.add(KioskGestureModel(kiosk_id=kiosk_id, model_id=model.id))
    return mine[kiosk_id]


def remove(db: Session, model: GestureModel) -> None:
    """Deletes it; kiosks that used it go back to the others' model, or to the default."""
    with writing(db):
        db.delete(model)


def _check_usable(model: GestureModel | None) -> None:
    if model is None:
        return
    if unexplained(model):
        raise Conflict("gesture_labels_unexplained")
    if len(missing(model)) == 3:
        raise Conflict("gesture_none_known")
