"""Everything in one: database, demo class, web server and jobs, under one parent process."""

import signal
import socket
import sys
import time
from collections.abc import Sequence
from types import FrameType

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server import cores, data_folder, metrics_folder
from server.commands.children import Child, ask_child, start_child
from server.commands.database import open_database, setup_address
from server.commands.health import readiness
from server.commands.jobs import work
from server.db import create_session_factory
from server.exceptions import BadSetting, PartDied, PartMissing, PortInUse, ServerError
from server.key_agreement import agree
from server.parts import find_device, find_parts
from server.services import accounts, demo, roster_model_store
from server.services.roster_model_store import RosterModelStore
from server.services.sealed_shelves import shelf_of
from server.services.vault import Vault
from server.settings import Settings, unknown_variables
from server.tls import certificate_of
from server.web_server import WebServer

POLL_S = 0.1
ASK_S = 1.0
STOP_EXTRA_S = 5.0
RESTART_JOBS_AFTER_S = 2.0


def serve(settings: Settings) -> int:
    """``python -m server serve``: until SIGTERM or SIGINT, which end it cleanly with 0.

    This process imports everything once and forks the others, which start quickly that way; it never opens
    the database or the networks itself, because neither survives a fork.

    :raises StartupError: with one sentence, when something needed is not there.
    """
    for variable, meant in unknown_variables().items():
        hint = f"; did you mean {meant}?" if meant else ""
        print(f"Warning: there is no setting {variable}{hint}", file=sys.stderr)
    if (less := cores.shortage(settings)) is not None:
        print(f"Warning: {less}", file=sys.stderr)
    find_parts(settings)
    if settings.device != Settings.model_fields["device"].default:
        ask_child(lambda: find_device(settings))
    data_folder.load_keys(settings)
    certificate_of(settings)
    with _listen(settings) as listener:
        link = ask_child(lambda: _prepare_database(settings))
        _announce(settings, link)
        metrics_folder.prepare(settings)
        try:
            return _Supervisor(settings, listener).run()
        finally:
            metrics_folder.remove()


def _prepare_database(settings: Settings) -> str | None:
    """Migrates, makes the demo class where it is wanted, and gives the set-up link where one is needed."""
    keys = data_folder.load_keys(settings)
    vault = data_folder.open_vault(settings, keys)
    engine = open_database(settings)
    agree(settings, engine, keys)
    sessions = create_session_factory(engine)
    shelf = shelf_of(roster_model_store.NAME, settings.data_dir, sessions)
    place = _Place(settings, RosterModelStore(shelf, keys.model, vault), vault)
    with sessions() as db:
        _offer_demo(db, place)
        link = _setup_link(db, settings)
    engine.dispose()
    return link


class _Place:
    """What the demo class needs, without the networks of a whole runtime."""

    def __init__(self, settings: Settings, store: RosterModelStore, vault: Vault) -> None:
        self.settings = settings
        self.store = store
        self.vault = vault


def _listen(settings: Settings) -> socket.socket:
    """The listening socket. It is made here, so that a taken port is known before anything else starts."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise BadSetting("FACE_CHECKIN_HOST", f"{settings.host} is no address to listen on") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise PortInUse(
            f"Port {settings.port} on {settings.host} cannot be used ({error.strerror or error});"
            " end the program that has it, or choose another one with FACE_CHECKIN_PORT (make run PORT=8080)."
        ) from error
    return listener


def _offer_demo(db: Session, place: _Place) -> None:
    """Makes the demo class in an empty database, where the pictures are there."""
    if not place.settings.demo or not demo.prepared(place.settings.demo_dir) or not demo.offer(db):
        return
    try:
        demo.create(db, place)
    except IntegrityError:
        db.rollback()  # Another replica that was started at the same time made it.
    except ServerError as error:
        print(f"The demo class could not be made: {error}", file=sys.stderr)


def _setup_link(db: Session, settings: Settings) -> str | None:
    """A fresh one-time link while there is no administrator."""
    if accounts.administrator_exists(db):
        return None
    return setup_address(settings, accounts.new_setup_link(db))


def _announce(settings: Settings, link: str | None) -> None:
    lines = [
        "Face Check-in",
        f"  Dashboard   {settings.address}/",
        f"  Kiosk       {settings.address}/kiosk",
    ]
    if link is not None:
        lines += ["", "  Create the first administrator (works once, for 24 hours):", f"  {link}"]
    bar = "─" * max(len(line) for line in lines)
    print("\n".join(["", bar, *lines, bar, ""]), flush=True)


class _Supervisor:
    """Starts the web server and the jobs, watches them, and ends them together."""

    def __init__(self, settings: Settings, listener: socket.socket) -> None:
        self._settings = settings
        self._listener = listener
        self._stopping = False
        self._started = time.monotonic()

    def run(self) -> int:
        """Until a signal comes or the web server ends."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        web = self._start_web()
        # Only the web server listens: when its last worker leaves, nobody seems to be there who is not.
        self._listener.close()
        jobs = self._start_jobs() if self._settings.jobs else None
        ready, restart_at = False, 0.0
        try:
            while not self._stopping:
                if not web.is_alive():
                    raise PartDied(f"The web server ended by itself (exit code {web.exitcode}).")
                if jobs is not None and not jobs.is_alive() and restart_at == 0.0:
                    print("The jobs' process ended by itself and is started again.", file=sys.stderr)
                    if jobs.pid is not None:
                        metrics_folder.forget(jobs.pid)
                    restart_at = time.monotonic() + RESTART_JOBS_AFTER_S
                if restart_at and time.monotonic() > restart_at:
                    jobs, restart_at = self._start_jobs(), 0.0
                if not ready:
                    ready = self._ready()
                time.sleep(POLL_S)
        finally:
            self._end([web] if jobs is None else [web, jobs])
        return 0

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _start_web(self) -> Child:
        return start_child(lambda: WebServer(self._settings, self._listener.detach()).run())

    def _start_jobs(self) -> Child:
        return start_child(lambda: work(self._settings))

    def _ready(self) -> bool:
        """Whether the web server takes check-ins.

        :raises PartMissing: when it never will.
        """
        try:
            state = readiness(self._settings, ASK_S)
        except OSError:
            return False
        if state.get("status") == "failed":
            raise PartMissing(
                f"The server cannot become ready ({state.get('reason')}); the lines above say why. For"
                f" the weights: python -m recognition.weights --into {self._settings.weights_dir}"
            )
        if state.get("status") != "ready":
            return False
        print(f"Ready after {time.monotonic() - self._started:.1f} s.", flush=True)
        return True

    def _end(self, children: Sequence[Child]) -> None:
        """Asks the parts to end, waits for requests under way, and then does not wait any longer."""
        for child in children:
            child.terminate()
        deadline = time.monotonic() + self._settings.graceful_timeout + STOP_EXTRA_S
        for child in children:
            child.join(max(0.1, deadline - time.monotonic()))
            if child.is_alive():
                child.kill()
                child.join()
