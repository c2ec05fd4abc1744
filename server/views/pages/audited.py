"""Writing down in the audit log what an account does."""

from typing import Any

from flask_login import current_user

from server.db import get_db
from server.runtime import get_runtime


def audited(action: str, subject: str = "", **detail: Any) -> None:
    """Adds an entry by the account that is asking, in the transaction under way if there is one."""
    actor_id = current_user.id if current_user.is_authenticated else None
    get_runtime().audit.record(get_db(), action, actor_id=actor_id, subject=subject, **detail)
