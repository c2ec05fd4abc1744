"""Pictures from an address, at a bounded cost and never from where the caller did not mean to reach.

The host is resolved once, its addresses are checked, and the connection goes to what was checked: a name that
answers differently the second time (DNS rebinding) reaches nothing. Redirects are not followed.
"""

import base64
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from recognition.exceptions import RecognitionError

_PORTS = {"http": 80, "https": 443}
_CHUNK = 65536
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LONGEST_ADDRESS = 2000


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class FetchFailed(RecognitionError):
    """No picture came from an address.

    ``reason`` is one of ``url_invalid``, ``host_not_allowed``, ``private_address``, ``unreachable``,
    ``redirected``, ``refused_by_host``, ``too_many_bytes``, ``too_slow``.
    """

    reason = "unreachable"


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What fetching may cost: bytes of the picture, seconds from the first packet to the last."""

    max_bytes: int = 8 * 1024 * 1024
    seconds: float = 6.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect: what the address says, and the IP address that was checked."""

    scheme: str
    host: str
    port: int
    path: str
    ip: str
    headers: dict[str, str] = field(default_factory=dict)


def fetch_picture(
    url: str, *, limits: FetchLimits | None = None, hosts: Collection[str] | None = None
) -> bytes:
    """The bytes behind an http(s) address: a picture, or the first frame of an MJPEG stream.

    Args:
        hosts: the only ``host`` or ``host:port`` that may be asked, wherever they are but on the link-local
            network; a loopback address only if it is listed as such. None: any host, at public addresses.

    Raises:
        FetchFailed
    """
    limits = limits or FetchLimits()
    target = resolved(url, hosts)
    connection = _Connection(target, limits.seconds)
    # Also ends what trickles: each byte in time, the whole never.
    alarm = threading.Timer(limits.seconds, connection.cut)
    alarm.start()
    try:
        connection.request("GET", target.path, headers={"Accept": "image/*", **target.headers})
        with connection.getresponse() as answer:
            picture = _picture_of(answer, target.host, limits.max_bytes)
        if connection.was_cut:
            raise TimeoutError
        return picture
    except (OSError, http.client.HTTPException, ValueError) as error:
        if connection.was_cut or isinstance(error, TimeoutError):
            message = f"{target.host} took longer than {limits.seconds:g} seconds"
            raise FetchFailed(message, reason="too_slow") from error
        raise FetchFailed(f"{target.host} cannot be reached: {error}", reason="unreachable") from error
    finally:
        alarm.cancel()
        connection.close()


def resolved(url: str, hosts: Collection[str] | None = None) -> Target:
    """Where an address leads, checked as `fetch_picture` says; nothing is sent there.

    Raises:
        FetchFailed
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise FetchFailed(f"not an address: {error}", reason="url_invalid") from error
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in _PORTS or not host or len(url) > _LONGEST_ADDRESS or not url.isprintable():
        raise FetchFailed("an address begins with http:// or https:// and a host", reason="url_invalid")
    if hosts is not None and not {host, f"{host}:{port}"} & {one.lower() for one in hosts}:
        raise FetchFailed(f"{host}:{port} is not one of the allowed hosts", reason="host_not_allowed")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchFailed(f"{host} is not known", reason="unreachable") from error
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not all(_may_be_asked(address, host, listed=hosts is not None) for address in addresses):
        raise FetchFailed(f"{host} is not at a public address", reason="private_address")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii() or " " in path:
        raise FetchFailed("the path of an address is plain ASCII", reason="url_invalid")
    return Target(parts.scheme, host, port, path, str(addresses[0]), _credentials(parts))


def _may_be_asked(address: _Address, host: str, *, listed: bool) -> bool:
    address = _behind(address)
    if not listed:
        return address.is_global and not address.is_multicast and not getattr(address, "is_site_local", False)
    if address.is_loopback:
        return host == "localhost" or host == str(address)
    return not (
        address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved
    )


def _behind(address: _Address) -> _Address:
    """The IPv4 address that an IPv6 address leads to, where it carries one: mapped or compatible (RFC 4291),
    translated (NAT64, RFC 6052) or tunnelled (6to4, RFC 3056)."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    number = int(address)
    if address in _NAT64 or 1 < number <= 0xFFFFFFFF:
        return ipaddress.IPv4Address(number & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _credentials(parts: SplitResult) -> dict[str, str]:
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


class _Connection(http.client.HTTPConnection):
    """A connection to the IP address that was checked; the host's name serves TLS and the Host header."""

    def __init__(self, target: Target, seconds: float) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self.default_port = _PORTS[target.scheme]
        self._target = target
        self._wire: socket.socket | None = None
        self.was_cut = False

    def connect(self) -> None:
        """Connect to the checked address."""
        self.sock = socket.create_connection((self._target.ip, self.port), self.timeout)
        # The base class lets go of the socket once the answer has begun.
        self._wire = self.sock
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            self.sock = self._wire = context.wrap_socket(self.sock, server_hostname=self._target.host)

    def cut(self) -> None:
        """End it from another thread, whatever it waits for."""
        self.was_cut = True
        try:
            if self._wire is not None:
                self._wire.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # It has ended by itself.


def _picture_of(answer: http.client.HTTPResponse, host: str, limit: int) -> bytes:
    if 300 <= answer.status < 400:
        raise FetchFailed(f"{host} sends on to another address", reason="redirected")
    if answer.status != 200:
        raise FetchFailed(f"{host} answers {answer.status}", reason="refused_by_host")
    if answer.headers.get_content_type() == "multipart/x-mixed-replace":
        return _first_frame(answer, answer.headers.get_param("boundary"), limit)
    return _all_of(answer, limit)


def _all_of(answer: http.client.HTTPResponse, limit: int) -> bytes:
    data = answer.read(limit + 1)
    if len(data) > limit:
        raise FetchFailed(f"more than {limit} bytes", reason="too_many_bytes")
    if answer.length:
        raise ValueError("the picture is cut off")
    return data


def _first_frame(answer: http.client.HTTPResponse, boundary: object, limit: int) -> bytes:
    """The first part of a multipart/x-mixed-replace stream."""
    held = bytearray()
    head, length = -1, None
    border = f"\r\n--{str(boundary).lstrip('-')}".encode()
    while len(held) <= limit:
        chunk = answer.read1(_CHUNK)
        if not chunk:
            raise ValueError("the stream ended before its first frame")
        held += chunk
        if head < 0 and (end := held.find(b"\r\n\r\n")) >= 0:
            head = end + 4
            length = _content_length(bytes(held[:end]))
        if head >= 0:
            if length is not None and len(held) >= head + length:
                return bytes(held[head : head + length])
            if length is None and (end := held.find(border, head)) >= 0:
                return bytes(held[head:end])
    raise FetchFailed(f"more than {limit} bytes", reason="too_many_bytes")


def _content_length(head: bytes) -> int | None:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    return None
