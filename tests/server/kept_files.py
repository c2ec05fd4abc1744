"""What a request may leave on the disk."""

from pathlib import Path


def kept_files(folder: Path) -> set[Path]:
    """All files below a folder but the journals that a database opens and closes as it likes."""
    return {path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(("-wal", "-shm"))}
