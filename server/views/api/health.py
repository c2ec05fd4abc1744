"""Is the process alive, and can it take check-ins?"""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from server.db import get_db
from server.runtime import get_runtime

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
def readyz() -> tuple[Response, int]:
    """The networks are warm and the database answers."""
    runtime = get_runtime()
    database = _database()
    ready = runtime.ready and database == "ok"
    body = {
        "status": "ready" if ready else "failed" if runtime.failure else "warming_up",
        "models": runtime.describe(),
        "database": database,
    }
    if runtime.failure:
        body["reason"] = runtime.failure
    response = jsonify(body)
    if not ready:
        response.headers["Retry-After"] = "1"
    return response, 200 if ready else 503


def _database() -> str:
    try:
        get_db().execute(text("SELECT 1"))
    except SQLAlchemyError:
        return "unavailable"
    return "ok"
