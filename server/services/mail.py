"""Sending mail through the operator's server."""

import logging
import smtplib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from server.settings import Settings

log = logging.getLogger(__name__)

TIMEOUT_S = 20.0
PORTS = {"smtp": 587, "smtps": 465}


def configured(settings: Settings) -> bool:
    """Whether the server can send mail."""
    return settings.smtp_url is not None and settings.smtp_from is not None


def send(settings: Settings, to: str, subject: str, text: str) -> None:
    """Sends one mail, encrypted on the way wherever the mail server offers it.

    :raises OSError: when the mail server cannot be reached or refuses it (:class:`smtplib.SMTPException`).
    """
    if settings.smtp_url is None or settings.smtp_from is None:
        raise ValueError("mail is not configured")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.smtp_from, to, subject
    message.set_content(text)
    with connected(settings) as server:
        server.send_message(message)


@contextmanager
def connected(settings: Settings) -> Iterator[smtplib.SMTP]:
    """The mail server, signed in.

    :raises OSError: as :func:`send` does.
    """
    if settings.smtp_url is None:
        raise ValueError("mail is not configured")
    address = urlsplit(settings.smtp_url.get_secret_value())
    port = address.port or PORTS[address.scheme]
    host = address.hostname or "localhost"
    kind = smtplib.SMTP_SSL if address.scheme == "smtps" else smtplib.SMTP
    with kind(host, port, timeout=TIMEOUT_S) as server:
        if address.scheme == "smtp" and server.ehlo() and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        if address.username:
            server.login(unquote(address.username), unquote(address.password or ""))
        yield server


def send_soon(settings: Settings, to: str, subject: str, text: str) -> None:
    """As :func:`send`, without anybody waiting; a failure is logged, without the address."""
    if configured(settings):
        threading.Thread(target=_try, args=(settings, to, subject, text), name="mail").start()


def _try(settings: Settings, to: str, subject: str, text: str) -> None:
    try:
        send(settings, to, subject, text)
    except OSError as error:
        log.error("a mail could not be sent: %s", type(error).__name__)
