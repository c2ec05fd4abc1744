"""A version of the program that is one step ahead: the same source, with a column more."""

import shutil
from pathlib import Path

from alembic.script import ScriptDirectory

from server import schema
from tests.running_server import REPOSITORY

REVISION = "9999"
MIGRATION = '''"""A nickname for every student."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
older_versions_work = True


def upgrade() -> None:
    op.add_column("student", sa.Column("nickname", sa.String(40), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("student", "nickname")
'''
COLUMN = "    is_demo: Mapped[bool] = mapped_column(default=False)\n"
ONE_MORE = '    nickname: Mapped[str] = mapped_column(String(40), server_default="")\n'


def make_newer_version(folder: Path) -> Path:
    """Make its tree in `folder`, and give that: all but the server is linked from here."""
    for path in REPOSITORY.iterdir():
        if path.name not in {"server", ".git"}:
            (folder / path.name).symlink_to(path)
    shutil.copytree(REPOSITORY / "server", folder / "server", ignore=shutil.ignore_patterns("__pycache__"))
    before = ScriptDirectory.from_config(schema.configuration()).get_current_head()
    migration = folder / "server" / "migrations" / "versions" / f"{REVISION}_nickname.py"
    migration.write_text(MIGRATION.format(revision=REVISION, before=before))
    student = folder / "server" / "models" / "student.py"
    text = student.read_text()
    assert COLUMN in text
    student.write_text(text.replace(COLUMN, COLUMN + ONE_MORE, 1))
    return folder
