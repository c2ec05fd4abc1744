"""TLS by the web server itself, for an installation without a proxy in front."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from server.exceptions import BadSetting, DataFolderUnwritable
from server.self_signed import make_certificate
from server.settings import PREFIX, Settings

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Certificate:
    """Two files in PEM: the certificate with what leads to its authority, and its key."""

    chain: Path
    key: Path


def certificate_of(settings: Settings) -> Certificate | None:
    """The certificate to serve with, None without TLS. Where none is given, one is made in the data folder.

    :raises BadSetting: when the files cannot be read or do not belong together.
    :raises DataFolderUnwritable: when none can be made.
    """
    if settings.tls == "off":
        return None
    if settings.tls_certificate is not None and settings.tls_key is not None:
        given = Certificate(settings.tls_certificate, settings.tls_key)
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(given.chain, given.key)
        except (OSError, ssl.SSLError) as error:
            problem = f"no certificate with its key: {error.strerror or error}"
            raise BadSetting(
                f"{PREFIX}TLS_CERTIFICATE", f"{given.chain} and {given.key} are {problem}"
            ) from error
        return given
    if settings.tls_certificate is not None or settings.tls_key is not None:
        raise BadSetting(
            f"{PREFIX}TLS_CERTIFICATE", "is given together with FACE_CHECKIN_TLS_KEY, or neither is"
        )
    folder = settings.data_dir / "tls"
    try:
        return Certificate(*make_certificate(folder, _names(settings)))
    except OSError as error:
        raise DataFolderUnwritable(
            f"No certificate can be made in {folder} ({error.strerror or error})."
        ) from error


def _names(settings: Settings) -> list[str]:
    """Under which the server is reached."""
    public = urlsplit(settings.address).hostname
    return list(dict.fromkeys([*([public] if public else []), *LOOPBACK]))


def trusting_context() -> ssl.SSLContext:
    """For asking this very machine: whatever certificate answers there is its own."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
