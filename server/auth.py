"""Who is asking: the signed-in account and the kiosk, both known by cookies.

Served over TLS at the root of a host, every cookie carries the ``__Host-`` prefix, with which browsers refuse
one that another host of the domain planted. Below a path or without TLS the prefix is not allowed
(RFC 6265bis, section 4.1.3.2), and the cookies are limited to the path instead.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, Response, g, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import AnonymousUserMixin, LoginManager, current_user, login_user, logout_user

from server.db import get_db
from server.exceptions import Forbidden, Unauthorised
from server.models import Account, ApiToken, Kiosk
from server.services import account_sessions, api_tokens, kiosks
from server.services.account_sessions import Lifetime
from server.settings import Settings

KIOSK_COOKIE = "kiosk"
KIOSK_COOKIE_DAYS = 400
PAIRING_COOKIE = "pairing"
PAIRING_COOKIE_S = 600
SIGN_IN = "sign_in"
WAITING = "waiting"
WAITING_S = 300
PROVED = "proved"
PROVED_S = 600

P = ParamSpec("P")
R = TypeVar("R")


class PrefixedSessions(SecureCookieSessionInterface):
    """Session cookies that stay below the app's prefix, and travel encrypted wherever the request did."""

    def get_cookie_name(self, app: Flask) -> str:
        """With the prefix where browsers accept it."""
        return cookie_name(super().get_cookie_name(app))

    def get_cookie_path(self, app: Flask) -> str:
        """The prefix the app runs under."""
        return cookie_path()

    def get_cookie_secure(self, app: Flask) -> bool:
        """Only over TLS when the request came over TLS."""
        return request.is_secure


def cookie_name(name: str) -> str:
    """The name of one of the app's cookies for this request."""
    return f"__Host-{name}" if request.is_secure and not request.script_root else name


def cookie_path() -> str:
    """The path that every cookie of the app is limited to."""
    return request.script_root or "/"


def sign_in(account: Account) -> None:
    """Makes this the account's browser. Whatever the session held before is dropped, its CSRF token too."""
    old = session.get(SIGN_IN)
    if old:
        account_sessions.end(get_db(), old)
    session.clear()
    session.permanent = True
    session[PROVED] = time.time()
    session[SIGN_IN] = account_sessions.begin(get_db(), account.id, request.user_agent.string)
    login_user(account)


def wait_for_second_factor(account: Account) -> None:
    """Remembers for a few minutes that this browser knows the account's password."""
    session.clear()
    session[WAITING] = {"account": account.id, "since": time.time()}


def waiting_for_second_factor() -> Account | None:
    """The account whose password this browser has just shown."""
    waiting = session.get(WAITING)
    if not isinstance(waiting, dict) or time.time() - waiting["since"] > WAITING_S:
        return None
    account = get_db().get(Account, waiting["account"])
    return account if account is not None and account.is_active else None


def prove() -> None:
    """Remembers that whoever sits here has just shown the password, not only an open browser."""
    session[PROVED] = time.time()


def proved() -> bool:
    """Whether that was minutes ago at most."""
    return time.time() - float(session.get(PROVED, 0.0)) < PROVED_S


def sign_out() -> None:
    """Ends the browser's session, here and in the database."""
    token = session_token()
    logout_user()
    session.clear()
    if token:
        account_sessions.end(get_db(), token)


def session_token() -> str:
    """What tells this browser's session from the account's others; empty when nobody is signed in."""
    token: str = session.get(SIGN_IN, "")
    return token


def signed_in() -> Account:
    """The account that is asking.

    :raises Unauthorised: ``sign_in_required``.
    """
    if not current_user.is_authenticated:
        raise Unauthorised("sign_in_required")
    account: Account = current_user._get_current_object()
    return account


def bearer() -> ApiToken:
    """The token that the request carries (RFC 6750, in the Authorization header only).

    :raises Unauthorised: ``token_invalid``.
    """
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise Unauthorised("token_invalid")
    return api_tokens.authenticate(get_db(), text.strip())


def current_kiosk() -> Kiosk | None:
    """The kiosk this browser is, if it is one; looked for once in a request."""
    if "kiosk" not in g:
        token = request.cookies.get(cookie_name(KIOSK_COOKIE))
        g.kiosk = kiosks.authenticate(get_db(), token) if token else None
    kiosk: Kiosk | None = g.kiosk
    return kiosk


def remember_kiosk(response: Response, token: str) -> None:
    """Makes the browser that gets this response a kiosk."""
    response.set_cookie(
        cookie_name(KIOSK_COOKIE),
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
        cookie_name(KIOSK_COOKIE),
        path=cookie_path(),
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )


def revoked_kiosk() -> bool:
    """Whether this browser was a kiosk and is none any more."""
    token = request.cookies.get(cookie_name(KIOSK_COOKIE))
    return token is not None and kiosks.was_revoked(get_db(), token)


def pairing_secret() -> str | None:
    """What this browser keeps to collect its token with."""
    return request.cookies.get(cookie_name(PAIRING_COOKIE))


def remember_pairing(response: Response, secret: str) -> None:
    """Lets the browser that gets this response collect what is accepted for it."""
    response.set_cookie(
        cookie_name(PAIRING_COOKIE),
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
        cookie_name(PAIRING_COOKIE),
        path=cookie_path(),
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
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


def lifetime(settings: Settings) -> Lifetime:
    """How long somebody stays signed in."""
    return Lifetime(
        idle=timedelta(minutes=settings.session_idle_minutes), whole=timedelta(hours=settings.session_hours)
    )


def forget_who_asks() -> None:
    """For the rest of this request nobody is signed in; the browser stays signed in."""
    g._login_user = AnonymousUserMixin()  # Where Flask-Login keeps whom it has loaded.


def init_app(app: Flask, settings: Settings) -> None:
    """Wires the session cookie and the account behind it."""
    app.session_interface = PrefixedSessions()
    manager = LoginManager(app)
    manager.login_view = "pages.sign_in"
    manager.session_protection = None  # Addresses change on school networks; the cookie is bound otherwise.

    def load(identity: str) -> Account | None:
        found = account_sessions.resume(get_db(), session_token(), lifetime(settings))
        return found.account if found is not None and found.account.get_id() == identity else None

    manager.user_loader(load)
