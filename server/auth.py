"""Who is asking: the signed-in account and the kiosk, both known by cookies."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, Response, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, current_user, login_user, logout_user

from server.db import get_db
from server.exceptions import Forbidden, Unauthorised
from server.models import Account, Kiosk
from server.services import accounts, kiosks

KIOSK_COOKIE = "kiosk"
KIOSK_COOKIE_DAYS = 400
PAIRING_COOKIE = "pairing"
PAIRING_COOKIE_S = 600

P = ParamSpec("P")
R = TypeVar("R")


class PrefixedSessions(SecureCookieSessionInterface):
    """Session cookies that stay below the app's prefix, and travel encrypted wherever the request did."""

    def get_cookie_path(self, app: Flask) -> str:
        """The prefix the app runs under."""
        return cookie_path()

    def get_cookie_secure(self, app: Flask) -> bool:
        """Only over TLS when the request came over TLS."""
        return request.is_secure


def cookie_path() -> str:
    """The path that every cookie of the app is limited to."""
    return request.script_root or "/"


def sign_in(account: Account) -> None:
    """Makes this the account's browser. Whatever the session held before is dropped, its CSRF token too."""
    session.clear()
    session.permanent = True
    login_user(account)


def sign_out() -> None:
    """Ends the browser's session."""
    logout_user()
    session.clear()


def signed_in() -> Account:
    """The account that is asking.

    :raises Unauthorised: ``sign_in_required``.
    """
    if not current_user.is_authenticated:
        raise Unauthorised("sign_in_required")
    account: Account = current_user._get_current_object()
    return account


def current_kiosk() -> Kiosk | None:
    """The kiosk this browser is, if it is one."""
    token = request.cookies.get(KIOSK_COOKIE)
    return kiosks.authenticate(get_db(), token) if token else None


def remember_kiosk(response: Response, token: str) -> None:
    """Makes the browser that gets this response a kiosk."""
    response.set_cookie(
        KIOSK_COOKIE,
        token,
        max_age=KIOSK_COOKIE_DAYS * 86400,
        path=cookie_path(),
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )


def forget_kiosk(response: Response) -> None:
    """Makes the browser that gets this response an ordinary one again."""
    response.delete_cookie(
        KIOSK_COOKIE, path=cookie_path(), secure=request.is_secure, httponly=True, samesite="Strict"
    )


def revoked_kiosk() -> bool:
    """Whether this browser was a kiosk and is none any more."""
    token = request.cookies.get(KIOSK_COOKIE)
    return token is not None and kiosks.was_revoked(get_db(), token)


def pairing_secret() -> str | None:
    """What this browser keeps to collect its token with."""
    return request.cookies.get(PAIRING_COOKIE)


def remember_pairing(response: Response, secret: str) -> None:
    """Lets the browser that gets this response collect what is accepted for it."""
    response.set_cookie(
        PAIRING_COOKIE,
        secret,
        max_age=PAIRING_COOKIE_S,
        path=cookie_path(),
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )


def forget_pairing(response: Response) -> None:
    """Ends the pairing of the browser that gets this response."""
    response.delete_cookie(
        PAIRING_COOKIE, path=cookie_path(), secure=request.is_secure, httponly=True, samesite="Strict"
    )


def same_origin_only(view: Callable[P, R]) -> Callable[P, R]:
    """For the kiosk's calls, which carry no form token: refuses requests that another site made.

    Browsers say where a request comes from (Sec-Fetch-Site, Origin) and scripts cannot change that; the
    kiosk's cookie is SameSite=Strict besides. Programs that are no browsers say neither and have no cookies
    that a foreign page could use.
    """

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        fetch_site = request.headers.get("Sec-Fetch-Site")
        if fetch_site is not None and fetch_site not in {"same-origin", "none"}:
            raise Forbidden("cross_site")
        origin = request.headers.get("Origin")
        if fetch_site is None and origin is not None and origin != request.host_url.rstrip("/"):
            raise Forbidden("cross_site")
        return view(*args, **kwargs)

    return checked


def init_app(app: Flask) -> None:
    """Wires the session cookie and the account behind it."""
    app.session_interface = PrefixedSessions()
    manager = LoginManager(app)
    manager.login_view = "pages.sign_in"
    manager.session_protection = None  # Addresses change on school networks; the cookie is bound otherwise.

    @manager.user_loader
    def load(identity: str) -> Account | None:
        return accounts.load(get_db(), identity)
