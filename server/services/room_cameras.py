"""Cameras in rooms: registered by an administrator at hosts that the operator allows."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from recognition.web_pictures import FetchFailed, FetchLimits, fetch_picture, resolved
from server.db import writing
from server.exceptions import BadGateway, Conflict, Forbidden, Invalid, NotFound
from server.models import Account, RoomCamera
from server.services.vault import Vault

LIMITS = FetchLimits(max_bytes=8 * 1024 * 1024, seconds=6.0)
MOST_CAMERAS = 200
PURPOSE = "address of a room's camera"
_REFUSED = {
    "url_invalid": "camera_address_invalid",
    "host_not_allowed": "camera_host_not_allowed",
    "private_address": "camera_host_not_allowed",
    "unreachable": "camera_unknown_host",
}


def list_all(db: Session) -> list[RoomCamera]:
    """Every camera, by name."""
    return list(db.scalars(select(RoomCamera).order_by(RoomCamera.name)))


def register(
    db: Session, vault: Vault, account: Account, name: str, address: str, hosts: Sequence[str]
) -> RoomCamera:
    """Adds a camera; nothing is sent to it yet.

    :param hosts: those that the operator allows.
    :raises Forbidden: ``forbidden``, for others than administrators.
    :raises Invalid: ``camera_name_invalid``, ``camera_address_invalid``, ``camera_host_not_allowed``,
        ``camera_unknown_host``.
    :raises Conflict: ``camera_name_taken``, ``cameras_full``.
    """
    _administrators_only(account)
    name, address = " ".join(name.split()), address.strip()
    if not 1 <= len(name) <= 120:
        raise Invalid("camera_name_invalid")
    try:
        target = resolved(address, hosts)
    except FetchFailed as error:
        raise Invalid(_REFUSED[error.reason]) from error
    with writing(db):
        if db.scalar(select(RoomCamera.id).where(RoomCamera.name == name)) is not None:
            raise Conflict("camera_name_taken")
        if (db.scalar(select(func.count()).select_from(RoomCamera)) or 0) >= MOST_CAMERAS:
            raise Conflict("cameras_full")
        camera = RoomCamera(
            name=name,
            host=f"{target.host}:{target.port}",
            address_sealed=vault.seal(address.encode(), PURPOSE),
            created_by=account.id,
        )
        db.add(camera)
    return camera


def remove(db: Session, account: Account, camera_id: int) -> None:
    """Forgets a camera.

    :raises Forbidden: ``forbidden``, for others than administrators.
    :raises NotFound: ``camera_not_found``.
    """
    _administrators_only(account)
    with writing(db):
        db.delete(get(db, camera_id))


def get(db: Session, camera_id: int) -> RoomCamera:
    """A camera.

    :raises NotFound: ``camera_not_found``.
    """
    camera = db.get(RoomCamera, camera_id)
    if camera is None:
        raise NotFound("camera_not_found")
    return camera


def address_of(vault: Vault, camera: RoomCamera) -> str:
    """Where the camera gives its picture, its password included."""
    return vault.open(camera.address_sealed, PURPOSE).decode()


def take_picture(address: str, hosts: Sequence[str]) -> bytes:
    """What a camera shows now, as it sends it; its host is checked again.

    :raises BadGateway: ``camera_silent``.
    """
    try:
        return fetch_picture(address, limits=LIMITS, hosts=hosts)
    except FetchFailed as error:
        raise BadGateway("camera_silent", detail=error.reason) from error


def _administrators_only(account: Account) -> None:
    if not account.is_administrator:
        raise Forbidden("forbidden")
