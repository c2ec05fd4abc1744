"""TLS and HTTP/2 of the site that ships: Mozilla's intermediate profile, asked for from outside."""

import http.client
import re
import socket
import ssl
import subprocess
import warnings
from collections.abc import Iterator

import pytest

from tests.deploy.mirror import Mirror
from tests.running_nginx import RunningNginx

INTERMEDIATE = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
)
"""Those of the profile that a certificate with an elliptic key can use in TLS 1.2."""


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNginx]:
    """nginx in front of a mirror."""
    mirror = Mirror("mirror")
    running = RunningNginx.start(tmp_path_factory.mktemp("nginx"), mirror.address)
    yield running
    running.stop()
    mirror.close()


def client(nginx: RunningNginx, version: ssl.TLSVersion, ciphers: str | None = None) -> ssl.SSLContext:
    """A client that speaks one version, as weakly as its library still can."""
    context = ssl.create_default_context(cafile=nginx.certificate)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Old versions are what is asked for.
        context.minimum_version = context.maximum_version = version
    if ciphers is not None:
        context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    return context


def handshake(nginx: RunningNginx, context: ssl.SSLContext) -> tuple[str | None, str]:
    """Version and cipher that both agree on."""
    with (
        socket.create_connection(("127.0.0.1", nginx.https_port), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as tls,
    ):
        return tls.version(), tls.cipher()[0]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_are_refused(nginx: RunningNginx, version: ssl.TLSVersion) -> None:
    with pytest.raises(ssl.SSLError, match="(?i)alert protocol version"):
        handshake(nginx, client(nginx, version, "ALL"))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_present_versions_are_spoken(nginx: RunningNginx, version: ssl.TLSVersion) -> None:
    assert handshake(nginx, client(nginx, version))[0] == version.name.replace("_", ".")


def test_exactly_the_profile_s_ciphers_are_taken(nginx: RunningNginx) -> None:
    every = {one["name"] for one in client(nginx, ssl.TLSVersion.TLSv1_2, "ALL").get_ciphers()}
    taken = set()
    for name in {name for name in every if not name.startswith("TLS_")}:
        try:
            taken.add(handshake(nginx, client(nginx, ssl.TLSVersion.TLSv1_2, name))[1])
        except ssl.SSLError:
            continue
    assert taken == set(INTERMEDIATE)
    assert len(every) > 30, "this client knows weak ones to ask for"


def test_the_client_chooses_the_cipher(nginx: RunningNginx) -> None:
    for order in (INTERMEDIATE, INTERMEDIATE[::-1]):
        context = client(nginx, ssl.TLSVersion.TLSv1_2, ":".join(order))
        assert handshake(nginx, context)[1] == order[0]


@pytest.mark.parametrize(
    ("curve", "taken"),
    [("X25519", True), ("prime256v1", True), ("secp384r1", True), ("secp521r1", False), ("X448", False)],
)
def test_the_profile_s_curves_are_taken(nginx: RunningNginx, curve: str, taken: bool) -> None:
    said = openssl(nginx, "-tls1_3", "-groups", curve)
    assert (re.search(r"Cipher is TLS_\w+", said) is not None) is taken, said


def test_sessions_are_resumed_from_the_cache_without_tickets(nginx: RunningNginx) -> None:
    said = openssl(nginx, "-tls1_2", "-reconnect")
    assert "TLS session ticket:" not in said
    assert said.count("Reused, TLSv1.2") == 5


def openssl(nginx: RunningNginx, *options: str) -> str:
    """What `openssl s_client` says of a connection."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{nginx.https_port}", *options]
    done = subprocess.run(command, input="", capture_output=True, text=True, timeout=30)
    return done.stdout + done.stderr


def test_nobody_learns_the_server_s_version(nginx: RunningNginx) -> None:
    context = ssl.create_default_context(cafile=nginx.certificate)
    asking = http.client.HTTPSConnection("localhost", nginx.https_port, context=context, timeout=20)
    asking.request("GET", "/kiosk")
    answer = asking.getresponse()
    answer.read()
    asking.close()
    assert answer.headers["Server"] == "nginx"


def test_http_2_is_spoken(nginx: RunningNginx) -> None:
    context = ssl.create_default_context(cafile=nginx.certificate)
    context.set_alpn_protocols(["h2", "http/1.1"])
    authority = f"localhost:{nginx.https_port}".encode()
    # RFC 9113 and 7541: the preface, empty settings, and one request whose fields are in the static table.
    fields = b"\x82\x84\x87\x41" + bytes([len(authority)]) + authority
    request = frame(4) + frame(1, flags=0x05, stream=1, payload=fields)
    with (
        socket.create_connection(("127.0.0.1", nginx.https_port), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as tls,
    ):
        assert tls.selected_alpn_protocol() == "h2"
        tls.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + request)
        with tls.makefile("rb") as answers:
            while True:
                head = answers.read(9)
                payload = answers.read(int.from_bytes(head[:3], "big"))
                if head[3] == 1:
                    break
    assert b"\x88" in payload[:4], "the first field is :status 200"


def frame(kind: int, *, flags: int = 0, stream: int = 0, payload: bytes = b"") -> bytes:
    """One frame of HTTP/2."""
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload
