"""A learning management system on the loopback: real HTTP, real signatures, checked on both sides."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
CLIENT, DEPLOYMENT = "face-check-in", "deployment-1"
TOKEN = "opened"


@dataclass
class Platform:
    """It knows one tool, whose public keys it reads with ``tool_keys``."""

    tool_keys: Callable[[], dict[str, Any]]
    members: list[dict[str, Any]] = field(default_factory=list)
    away: bool = False
    line_items: list[dict[str, Any]] = field(default_factory=list)
    scores: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.root = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def keys(self) -> dict[str, Any]:
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": "platform-key", "alg": "RS256", "use": "sig"}]}

    def message(self, state_nonce: str, role: str = "Instructor", **changes: Any) -> str:
        """A signed launch; ``changes`` are other claims, or the ``key`` and ``header`` it is signed with."""
        key, header = changes.pop("key", self.key), changes.pop("header", {"kid": "platform-key"})
        now = int(time.time())
        claims = {
            "iss": self.root,
            "aud": CLIENT,
            "sub": f"user-{role}",
            "iat": now,
            "exp": now + 60,
            "nonce": state_nonce,
            "name": "Seo-yeon Lee",
            "email": f"{role.lower()}@lms.example",
            f"{CLAIM}message_type": "LtiResourceLinkRequest",
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}deployment_id": DEPLOYMENT,
            f"{CLAIM}target_link_uri": "http://localhost/lti/launch",
            f"{CLAIM}resource_link": {"id": "link-1", "title": "Attendance"},
            f"{CLAIM}context": {"id": "context-1", "label": "BIO", "title": "Biology 101"},
            f"{CLAIM}roles": [ROLE + role],
            "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
                "context_memberships_url": f"{self.root}/members",
                "service_versions": ["2.0"],
            },
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
                "scope": [f"{SCORE}lineitem", f"{SCORE}score"],
                "lineitems": f"{self.root}/lineitems",
            },
        }
        claims.update(changes)
        return jwt.encode(claims, key, algorithm="RS256", headers=header)

    def answer(self, method: str, path: str, body: bytes, headers: Any) -> tuple[int, Any, dict[str, str]]:
        """What the platform's services answer."""
        where = urlsplit(path)
        if self.away:
            return 503, {}, {}
        if where.path == "/keys":
            return 200, self.keys(), {}
        if where.path == "/token":
            return self._token(parse_qs(body.decode()))
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {}, {}
        if where.path == "/members":
            page = int(parse_qs(where.query).get("page", ["1"])[0])
            mine = self.members[2 * page - 2 : 2 * page]
            more = len(self.members) > 2 * page
            link = {"Link": f'<{self.root}/members?page={page + 1}>; rel="next"'} if more else {}
            return 200, {"id": path, "context": {"id": "context-1"}, "members": mine}, link
        if where.path == "/lineitems" and method == "POST":
            self.line_items.append(json.loads(body) | {"id": f"{self.root}/lineitems/{len(self.line_items)}"})
            return 201, self.line_items[-1], {}
        if where.path == "/lineitems":
            return 200, self.line_items, {}
        if where.path.endswith("/scores"):
            self.scores.append(json.loads(body))
            return 200, {}, {}
        return 404, {}, {}

    def _token(self, form: dict[str, list[str]]) -> tuple[int, Any, dict[str, str]]:
        assertion = form["client_assertion"][0]
        (key,) = jwt.PyJWKSet.from_dict(self.tool_keys()).keys
        try:
            said = jwt.decode(assertion, key, algorithms=["RS256"], audience=f"{self.root}/token")
        except jwt.InvalidTokenError:
            return 401, {"error": "invalid_client"}, {}
        assert said["iss"] == said["sub"] == CLIENT
        return 200, {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600}, {}


def _handler(platform: Platform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, content, headers = platform.answer(self.command, self.path, body, self.headers)
            data = json.dumps(content).encode()
            self.send_response(status)
            for name, value in ({"Content-Type": "application/json"} | headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _serve

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler
