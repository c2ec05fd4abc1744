"""Roster models at rest: one sealed folder a version."""

import hashlib
import hmac
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

from recognition.exceptions import ModelRejected
from recognition.roster_model import RosterModel
from server.services.sealed_shelves import Shelf
from server.services.vault import Vault, VaultError

NAME = "roster-models"

FILES = ("model.joblib", "manifest.json")
_MEMORY = Path("/dev/shm")  # noqa: S108


@dataclass(frozen=True)
class StoredModel:
    """Where a saved version lies and what it must hash to.

    :ivar folder: on the store's shelf.
    """

    folder: str
    manifest_sha256: str


class RosterModelStore:
    """Saves and loads versions. A roster model holds templates, so its files are sealed like them.

    :param shelf: where they lie.
    :param key: signs the manifests (HMAC).
    """

    def __init__(self, shelf: Shelf, key: bytes, vault: Vault) -> None:
        self.shelf = shelf
        self._key = key
        self._vault = vault

    def save(self, course_id: int, model: RosterModel) -> StoredModel:
        """Writes a version into a folder of its own; complete or, on an error, not there."""
        folder = f"{course_id}/{uuid.uuid4()}"
        with _scratch_folder() as scratch:
            model.save(scratch, self._key)
            contents = {name: (scratch / name).read_bytes() for name in FILES}
        sealed = {
            name: self._vault.seal(content, purpose(folder, name)) for name, content in contents.items()
        }
        self.shelf.add(folder, sealed)
        return StoredModel(folder, hashlib.sha256(contents["manifest.json"]).hexdigest())

    def load(self, stored: StoredModel, embedder_id: str) -> RosterModel:
        """A saved version.

        :raises ModelRejected: when a file is missing, changed, swapped with another version's, or made by
            another embedder; nothing is unpickled before all that is checked.
        """
        with _scratch_folder() as scratch:
            for name in FILES:
                try:
                    sealed = self.shelf.get(stored.folder, name)
                    content = self._vault.open(sealed, purpose(stored.folder, name))
                except (OSError, VaultError) as error:
                    raise ModelRejected(f"{name} of {stored.folder}: {error}") from error
                if name == "manifest.json" and not hmac.compare_digest(
                    hashlib.sha256(content).hexdigest(), stored.manifest_sha256
                ):
                    raise ModelRejected(f"{stored.folder} is not the version that was registered")
                (scratch / name).write_bytes(content)
            return RosterModel.load(scratch, self._key, embedder_id=embedder_id)

    def delete(self, stored: StoredModel) -> None:
        """Removes a version's folder; nothing happens when it is gone already."""
        self.shelf.remove(stored.folder)

    def folders(self) -> set[str]:
        """Every version that lies there, by its folder."""
        return self.shelf.folders(2)

    def delete_course(self, course_id: int) -> None:
        """Removes every version of a course."""
        self.shelf.remove(str(course_id))


def purpose(folder: str, name: str) -> str:
    """What a file of a model is sealed for."""
    return f"model:{folder}/{name}"


class _scratch_folder(tempfile.TemporaryDirectory[str]):
    """A private folder that holds a model in the clear for a moment, in memory where the system allows."""

    def __init__(self) -> None:
        super().__init__(prefix="roster-model-", dir=_MEMORY if _MEMORY.is_dir() else None)

    def __enter__(self) -> Path:  # type: ignore[override]
        return Path(super().__enter__())
