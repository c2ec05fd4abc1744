"""``python -m server``: serve, and what an operator needs around it.

Exit codes (sysexits.h): 0 done or ended by a signal, 2 wrong usage, 65 the database is newer than this,
or a gesture model or a backup is refused, 66 a part is missing (weights, web pages, keys), 69 the port is
taken or the database is away, 70 a part died, 73 the data folder is not writable, 78 a setting is wrong.
"""

import argparse
import sys
from pathlib import Path

from server.commands import backups, gestures
from server.commands.audit import noted, verify
from server.exceptions import StartupError
from server.settings import Settings, load_settings


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings()
        return _run(options, settings)
    except StartupError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server", description="The Face Check-in server.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="migrate, then serve the kiosk and the dashboard")
    commands.add_parser("jobs", help="do the queued jobs (serve does this by itself)")
    commands.add_parser("migrate", help="bring the database's schema up to date")
    doctor = commands.add_parser("doctor", help="look everything over, and say what to do")
    doctor.add_argument("--json", action="store_true", help="for machines")
    commands.add_parser("health", help="see whether the server on this machine is ready")
    certificate = commands.add_parser("certificate", help="make a certificate that is signed by itself")
    certificate.add_argument("folder", type=Path)
    certificate.add_argument("names", nargs="*", metavar="NAME", help="host name or address")
    commands.add_parser("setup-link", help="print a one-time link for creating the first administrator")
    demo = commands.add_parser("prepare-demo", help="make the demo class's pictures")
    demo.add_argument("--source", type=Path, help="the openpeople wheel, or the folder it was unpacked to")
    fonts = commands.add_parser("fonts", help="get the Korean font of PDF files")
    fonts.add_argument("--local", type=Path, help="folder with the font files or their wheel, asked first")
    fonts.add_argument("--optional", action="store_true", help="when it cannot be had, warn and go on")
    gestures.add_to(commands)
    erasure = commands.add_parser("erase", help="remove a student with everything about them, and prove it")
    erasure.add_argument("number", nargs="?", help="the student number")
    erasure.add_argument("--check", type=Path, metavar="FILE", help="only check a certificate")
    keeping = commands.add_parser("retention", help="see or delete the photos that were kept long enough")
    keeping.add_argument("doing", choices=["preview", "run"])
    backups.add_to(commands)
    keys = commands.add_parser("keys", help="rotate the key that photos and templates are sealed under")
    keys.add_argument("doing", choices=["rotate", "forget", "accept"])
    log = commands.add_parser("audit", help="check that the audit log is as it was written")
    log.add_argument("doing", choices=["verify"])
    log.add_argument(
        "--expect", metavar="NUMBER:MAC", type=noted, help="an entry that was noted down earlier"
    )
    return parser


def _run(options: argparse.Namespace, settings: Settings) -> int:
    # Each command is imported only when asked for: the networks' libraries take their time.
    match options.command:
        case "serve":
            from server.commands.serve import serve

            return serve(settings)
        case "jobs":
            from server.commands.jobs import work_alone

            return work_alone(settings)
        case "migrate":
            from server.commands.database import migrate

            return migrate(settings)
        case "doctor":
            from server.commands.doctor import doctor

            return doctor(settings, as_json=options.json)
        case "health":
            from server.commands.health import health

            return health(settings)
        case "certificate":
            from server.commands.certificate import certificate

            return certificate(options.folder, options.names)
        case "setup-link":
            from server.commands.database import setup_link

            return setup_link(settings)
        case "erase" if options.check is not None or options.number is not None:
            from server.commands import erase

            if options.check is not None:
                return erase.check(settings, options.check, options.number)
            return erase.erase(settings, options.number)
        case "erase":
            print("Say which student number to erase.", file=sys.stderr)
            return 2
        case "retention":
            from server.commands import retention

            return retention.run(settings, only_look=options.doing == "preview")
        case "backup" | "backups" | "restore":
            return backups.run(settings, options)
        case "keys":
            from server.commands import keys

            doing = {"rotate": keys.rotate, "forget": keys.forget, "accept": keys.accept}
            return doing[options.doing](settings)
        case "audit":
            return verify(settings, options.expect)
        case "fonts":
            from server.commands.fonts import get_fonts

            return get_fonts(settings, options.local, optional=options.optional)
        case "gestures":
            return gestures.gestures(settings, options)
        case _:
            from server.commands.prepare_demo import prepare_demo

            return prepare_demo(settings, options.source)


if __name__ == "__main__":
    sys.exit(main())
