"""The LTI library's view of the registered platforms and of launches under way."""

from typing import Any

from pylti1p3.deployment import Deployment
from pylti1p3.launch_data_storage.base import LaunchDataStorage
from pylti1p3.registration import Registration
from pylti1p3.tool_config.abstract import ToolConfAbstract
from sqlalchemy.orm import Session

from server.services import lti_platforms, lti_states
from server.services.vault import Vault


class RegisteredPlatforms(ToolConfAbstract[Any]):
    """The platforms in the database. An issuer may have several clients."""

    def __init__(self, db: Session, vault: Vault) -> None:
        super().__init__()
        self._db = db
        self._vault = vault

    def check_iss_has_one_client(self, iss: str) -> bool:
        """Never taken for granted."""
        return False

    def check_iss_has_many_clients(self, iss: str) -> bool:
        """Always possible."""
        return True

    def find_registration_by_issuer(  # type: ignore[override]  # The library asks for None, too.
        self, iss: str, *_args: Any, **_options: Any
    ) -> Registration | None:
        """The registration, if the issuer has a single one."""
        return self.find_registration_by_params(iss, None)

    def find_registration_by_params(  # type: ignore[override]
        self, iss: str, client_id: str | None, *_args: Any, **_options: Any
    ) -> Registration | None:
        """The registration of an issuer's client."""
        platform = lti_platforms.find(self._db, iss, client_id)
        return lti_platforms.registration(platform, self._vault) if platform is not None else None

    def find_deployment(self, iss: str, deployment_id: str) -> Deployment | None:
        """The deployment, if the issuer has a single client."""
        return self.find_deployment_by_params(iss, deployment_id, None)

    def find_deployment_by_params(
        self, iss: str, deployment_id: str, client_id: str | None, *_args: Any, **_options: Any
    ) -> Deployment | None:
        """The deployment, if the administrator named it."""
        platform = lti_platforms.find(self._db, iss, client_id)
        if platform is None or deployment_id not in platform.deployment_ids:
            return None
        return Deployment().set_deployment_id(deployment_id)


class LaunchStates(LaunchDataStorage[Any]):
    """States and nonces in the database. A nonce is good once, whichever process sees it first."""

    def __init__(self, db: Session) -> None:
        super().__init__()
        self._db = db

    def get_session_cookie_name(self) -> str:
        """The cookie that binds a launch to the browser that began it."""
        return "lti-session"

    def can_set_keys_expiration(self) -> bool:
        """All of it is over after ten minutes."""
        return False

    def get_value(self, key: str) -> Any:
        """What was remembered."""
        return lti_states.get(self._db, self._prepare_key(key))

    def set_value(self, key: str, value: Any, exp: int | None = None) -> None:
        """Remembers states and nonces; the launch itself is over when its request is."""
        if "launch" not in key:
            lti_states.put(self._db, self._prepare_key(key), value)

    def check_value(self, key: str) -> bool:
        """Whether a nonce is good: asked once, it is used up."""
        return lti_states.take(self._db, self._prepare_key(key)) is not None
