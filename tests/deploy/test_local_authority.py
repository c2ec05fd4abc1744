"""The certificate that docs/operate.md has a school make for itself: its commands, as they stand there."""

import json
import re
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

NAME = "attendance.school.example"


def blocks(repository: Path, heading: str) -> list[str]:
    """The indented blocks of a section of docs/operate.md."""
    text = (repository / "docs" / "operate.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"(?:^ {4}.*\n)+", section, re.MULTILINE)
    return [re.sub(r"^ {4}", "", block, flags=re.MULTILINE) for block in found]


def shell(commands: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands], cwd=folder, capture_output=True, text=True, timeout=60
    )


@pytest.fixture(scope="module")
def made(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which an operator ran the commands."""
    folder = tmp_path_factory.mktemp("authority")
    (commands,) = blocks(repository, "A certificate for the school's own network")
    done = shell(commands, folder)
    assert done.returncode == 0, done.stderr
    assert "server.crt: OK" in done.stdout
    return folder


def greet(folder: Path, name: str, authority: Path) -> None:
    """A TLS connection to a server with that certificate, by a client that trusts the authority alone."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.crt", folder / "server.key")
    here, there = socket.socketpair()

    def answer() -> None:
        try:
            with server.wrap_socket(there, server_side=True) as connection:
                connection.recv(1)
        except (ssl.SSLError, OSError):
            there.close()

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        client = ssl.create_default_context(cafile=str(authority))
        with client.wrap_socket(here, server_hostname=name) as connection:
            connection.sendall(b"!")
    finally:
        here.close()
        thread.join()


def test_a_browser_that_knows_the_authority_trusts_the_server(made: Path) -> None:
    greet(made, NAME, made / "ca" / "ca.crt")
    greet(made, "192.168.0.10", made / "ca" / "ca.crt")


def test_not_under_another_name(made: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        greet(made, "other.school.example", made / "ca" / "ca.crt")


def test_the_authority_cannot_vouch_for_other_sites(repository: Path, made: Path, tmp_path: Path) -> None:
    (commands,) = blocks(repository, "A certificate for the school's own network")
    second_half = commands.split("-out ca/ca.crt\n")[1].replace(NAME, "bank.example")
    (tmp_path / "ca").symlink_to(made / "ca")
    done = shell(second_half, tmp_path)
    assert done.returncode != 0
    assert "permitted subtree violation" in done.stderr


def test_the_key_of_the_authority_is_for_nobody_else(made: Path) -> None:
    assert (made / "ca").stat().st_mode & 0o077 == 0
    assert (made / "ca" / "ca.key").stat().st_mode & 0o077 == 0


def test_the_policy_of_a_kiosk_is_one(repository: Path) -> None:
    (policy,) = blocks(repository, "Kiosk mode")
    assert json.loads(policy)["VideoCaptureAllowedUrls"] == [f"https://{NAME}"]
