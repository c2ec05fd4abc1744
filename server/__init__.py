"""The server: kiosk API, dashboard, enrolment, jobs and database, as a Flask application factory."""

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from server import (
    admission,
    auth,
    db,
    errors,
    headers,
    limits,
    limits_api,
    locales,
    path_ids,
    permissions,
    request_ids,
    request_watch,
    uploads,
)
from server.runtime import Runtime
from server.settings import Settings, load_settings

if TYPE_CHECKING:
    from recognition.engine import FaceEngine


def create_app(settings: Settings | None = None, *, engine: "FaceEngine | None" = None) -> Flask:
    """The WSGI application. It serves at once; it is ready once its runtime was started.

    :param settings: default: read from the environment.
    :param engine: networks that are warm already; default: loaded by the runtime's ``start``.
    :raises StartupError: when settings or the data folder do not allow it.
    """
    settings = settings or load_settings()
    runtime = Runtime(settings, engine)
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=runtime.keys.session,
        SESSION_COOKIE_NAME="session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE=settings.default_locale,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["face_checkin"] = runtime
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops
        )

    path_ids.init_app(app)
    request_ids.init_app(app, trusted=settings.trusted_proxies > 0)
    runtime.tracing.watch(app, runtime.database)
    request_watch.init_app(app, runtime.figures.request)
    admission.init_app(app, runtime.admission)
    db.init_app(app)
    uploads.init_app(app)
    auth.init_app(app, settings)
    locales.init_app(app)
    errors.init_app(app)
    headers.init_app(app)
    permissions.init_app(app)
    csrf = CSRFProtect(app)

    from server.views import api, lti, pages

    app.register_blueprint(pages.bp)
    csrf.exempt(lti.bp)
    app.register_blueprint(lti.bp)
    api.init_app(app, csrf)
    limiter = limits.init_app(app, settings, runtime.sessions)
    limits_api.init_app(app, settings, limiter.storage)
    return app
