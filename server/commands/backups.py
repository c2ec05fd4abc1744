"""What ``python -m server backup``, ``backups`` and ``restore`` take."""

import argparse
from pathlib import Path
from typing import Any

from server.settings import Settings

Commands = Any
"""argparse does not name the type of its subparsers."""


def add_to(commands: Commands) -> None:
    """Adds the three commands."""
    making = commands.add_parser("backup", help="write a sealed backup, while the server runs")
    making.add_argument("file", type=Path)
    making.add_argument("--with-keys", action="store_true", help="put the keys in, too")
    listing = commands.add_parser("backups", help="list the backups that exist, or check one")
    doing = listing.add_mutually_exclusive_group()
    doing.add_argument("--check", type=Path, metavar="FILE", help="read it to its end; change nothing")
    doing.add_argument("--forget", type=int, metavar="NUMBER", help="it was deleted: take it off the list")
    putting = commands.add_parser("restore", help="put a backup into an empty place")
    putting.add_argument("file", type=Path)
    putting.add_argument(
        "--into", type=Path, metavar="FOLDER", help="a data folder with SQLite, whatever the settings say"
    )
    putting.add_argument("--replace", action="store_true", help="move what is there aside first")
    putting.add_argument(
        "--removals",
        type=Path,
        metavar="FILE",
        help="what was removed since (removals.json)",
    )
    for one in (making, listing, putting):
        one.add_argument("--key-file", type=Path, metavar="FILE", help="holds the passphrase")


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Does one of them."""
    from server.commands import backup, restore  # Migrations and networks take their time.

    if options.command == "backup":
        return backup.backup(settings, options.file, options.key_file, with_keys=options.with_keys)
    if options.command == "restore":
        return restore.restore(
            settings,
            options.file,
            options.key_file,
            into=options.into,
            replace=options.replace,
            removals=options.removals,
        )
    if options.check is not None:
        return restore.check(settings, options.check, options.key_file)
    if options.forget is not None:
        return backup.forget(settings, options.forget)
    return backup.list_backups(settings)
