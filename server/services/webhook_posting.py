"""Posting to an address that somebody typed in: never into the operator's own network.

The name is resolved once, every address it has is checked, and the connection goes to one that was checked:
a name that changes its mind between check and use gains nothing. Redirects are not followed.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from typing import Any
from urllib.parse import SplitResult, urlsplit

from server.exceptions import Invalid

CONNECT_S, WHOLE_S = 5.0, 10.0
MAX_URL = 2000
Address = tuple[socket.AddressFamily, tuple[Any, ...]]
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Undelivered(Exception):
    """It did not arrive; ``problem`` is an enumerated code."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def check_url(url: str, trusted: frozenset[str]) -> SplitResult:
    """The parts of an address that may be posted to.

    :param trusted: hosts that the operator allows over http and at private addresses.
    :raises Invalid: ``webhook_url_invalid``, ``webhook_needs_https``, ``webhook_address_private``.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise Invalid("webhook_url_invalid") from error
    printable = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if not host or not printable or len(url) > MAX_URL or parts.username is not None or port == 0:
        raise Invalid("webhook_url_invalid")
    if parts.scheme not in {"http", "https"}:
        raise Invalid("webhook_url_invalid")
    if host in trusted:
        return parts
    if parts.scheme != "https":
        raise Invalid("webhook_needs_https")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return parts
    if not is_public(address):
        raise Invalid("webhook_address_private")
    return parts


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address belongs to the internet at large; what is wrapped in IPv6 is unwrapped first."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def post(url: str, body: bytes, headers: dict[str, str], trusted: frozenset[str]) -> int:
    """Posts, and gives the status of the answer, whose body is not read.

    :raises Undelivered: ``address_refused``, ``name_unknown``, ``address_private``, ``no_answer``.
    """
    try:
        parts = check_url(url, trusted)
    except Invalid as error:
        raise Undelivered("address_refused") from error
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    connection = http.client.HTTPConnection(host, port, timeout=CONNECT_S)
    overdue = None
    try:
        sock = _connect(_addresses(host, port, host in trusted))
        overdue = threading.Timer(WHOLE_S, _cut, [sock])
        overdue.daemon = True
        overdue.start()
        if parts.scheme == "https":
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
        connection.sock = sock
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        default = port == (443 if parts.scheme == "https" else 80)
        name = f"[{host}]" if ":" in host else host
        told = headers | {"Host": name if default else f"{name}:{port}"}
        connection.request("POST", path, body, told)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise Undelivered("no_answer") from error
    finally:
        if overdue is not None:
            overdue.cancel()
        connection.close()


def _addresses(host: str, port: int, is_trusted: bool) -> list[Address]:
    """Where a name leads, every place of it checked."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Undelivered("name_unknown") from error
    addresses: list[Address] = [(family, address) for family, _, _, _, address in found]
    if not is_trusted and not all(
        is_public(ipaddress.ip_address(str(address[0]).partition("%")[0])) for _, address in addresses
    ):
        raise Undelivered("address_private")
    return addresses


def _connect(addresses: list[Address]) -> socket.socket:
    """A connection to the first of the addresses that takes one."""
    trouble: OSError = OSError("no address")
    for family, address in addresses[:4]:
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.settimeout(CONNECT_S)
        try:
            sock.connect(address)
        except OSError as error:
            sock.close()
            trouble = error
        else:
            return sock
    raise trouble


def _cut(sock: socket.socket) -> None:
    """Ends a connection that takes too long altogether."""
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        sock.close()
