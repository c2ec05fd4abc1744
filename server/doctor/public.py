"""How the server looks from where people reach it: certificate, camera, clock, the proxy in front."""

import email.utils
import http.client
import socket
import ssl
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from email.message import Message
from urllib.parse import urlsplit

from cryptography import x509

from server.doctor.finding import Finding, fault, ok, warning
from server.settings import Settings
from server.tls import LOOPBACK, trusting_context

PATIENCE_S = 5.0
SOON = timedelta(days=14)
CLOCK_APART_S = 3.0


def reached(settings: Settings) -> list[Finding]:
    """Everything that can be told by asking the public address."""
    address = urlsplit(settings.address)
    host = address.hostname or "localhost"
    found = []
    if address.scheme == "https":
        found += _certificate(host, address.port or 443)
    elif host not in LOOPBACK:
        found.append(
            fault(
                "camera",
                f"Browsers give no camera to {settings.address}: it is not https.",
                "FACE_CHECKIN_TLS=on, or nginx in front with FACE_CHECKIN_PUBLIC_URL=https://…",
            )
        )
    try:
        answer, headers = _get(f"{settings.address}/healthz"), _get(f"{settings.address}/kiosk")
    except OSError as error:
        reason = getattr(error, "reason", None) or error
        return [
            *found,
            warning(
                "public address",
                f"{settings.address} does not answer ({reason}): camera, clock and proxy cannot be checked.",
                "Start the server, or ask from where the address can be reached.",
            ),
        ]
    return [
        *found,
        ok("public address", f"{settings.address} answers"),
        *_camera(headers),
        *_clock(answer),
        *_proxy(settings, headers),
    ]


def _get(url: str) -> Message:
    """The headers of what answers; certificates are looked at apart."""
    context = trusting_context() if url.startswith("https:") else None
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S, context=context) as answer:
            headers: Message = answer.headers
    except urllib.error.HTTPError as error:
        headers = error.headers
    except http.client.HTTPException as error:
        raise OSError("it does not speak HTTP") from error
    return headers


def _certificate(host: str, port: int) -> list[Finding]:
    """Does its chain lead to an authority trusted here, is it for this host, how long does it last?"""
    do = "Put a certificate of an authority in its place that the kiosks' browsers trust (docs/operate.md)."
    try:
        with (
            socket.create_connection((host, port), PATIENCE_S) as plain,
            trusting_context().wrap_socket(plain, server_hostname=host) as shown,
        ):
            found = x509.load_der_x509_certificate(shown.getpeercert(binary_form=True) or b"")
    except (OSError, ValueError) as error:
        return [
            warning("certificate", f"{host}:{port} shows none ({error}).", "Start what serves TLS there.")
        ]
    left = found.not_valid_after_utc - datetime.now(UTC)
    if left < timedelta(0):
        return [fault("certificate", f"It ran out on {found.not_valid_after_utc:%Y-%m-%d}.", "Renew it.")]
    try:
        with (
            socket.create_connection((host, port), PATIENCE_S) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host),
        ):
            pass
    except ssl.SSLCertVerificationError as error:
        return [warning("certificate", f"Browsers will warn: {error.verify_message}.", do)]
    except OSError as error:
        return [warning("certificate", f"It could not be checked ({error}).", do)]
    said = f"It is for {host}, its chain is trusted here, and it lasts {left.days} days"
    if left < SOON:
        return [warning("certificate", said, "Renew it.")]
    return [ok("certificate", said)]


def _camera(headers: Message) -> list[Finding]:
    policy = headers.get_all("Permissions-Policy") or []
    if not policy or any("camera=()" in one for one in policy):
        return [
            fault(
                "camera",
                f"The kiosk's page comes with the policy {', '.join(policy) or 'none'}.",
                "Let the proxy pass on the app's Permissions-Policy, and add none of its own.",
            )
        ]
    return [ok("camera", "The kiosk's page may ask for it")]


def _clock(headers: Message) -> list[Finding]:
    told = headers.get("Date")
    if told is None:
        return []
    there = email.utils.parsedate_to_datetime(told)
    apart = (there - datetime.now(UTC)).total_seconds()
    if abs(apart) > CLOCK_APART_S:
        return [
            warning(
                "clock", f"The public address's clock is {apart:+.0f} s off this one.", "Set both by NTP."
            )
        ]
    return [ok("clock", "The public address has the same time")]


def _proxy(settings: Settings, headers: Message) -> list[Finding]:
    """Whether the app learns of the proxy what it is asked for: only over TLS does it send HSTS."""
    knows = headers.get("Strict-Transport-Security") is not None
    behind = settings.public_url is not None and settings.tls == "off"
    if settings.address.startswith("https:") and behind and not knows:
        return [
            fault(
                "proxy",
                "The app does not see that it is reached over https: cookies are not kept to it.",
                "FACE_CHECKIN_TRUSTED_PROXIES=1 (or more), and X-Forwarded-Proto from the proxy.",
            )
        ]
    if settings.trusted_proxies and settings.host in {"0.0.0.0", "::"}:  # noqa: S104
        return [
            warning(
                "proxy",
                f"The app believes X-Forwarded-… of whoever reaches port {settings.port}.",
                "Let nobody but the proxy reach that port (in compose.yaml nobody does).",
            )
        ]
    if settings.trusted_proxies and settings.public_url is None:
        return [
            warning("proxy", "One is trusted, but there is no public address.", "FACE_CHECKIN_PUBLIC_URL")
        ]
    return [ok("proxy", f"{settings.trusted_proxies} in front, as the settings say")]
