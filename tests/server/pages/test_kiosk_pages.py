"""The kiosk's page, kiosks in the dashboard, and the built files."""

import json
import re

import pytest


class TestKioskPage:
    def test_it_is_there_for_everybody(self, visitor_browser):
        answer = visitor_browser.get("/kiosk")
        assert answer.status_code == 200
        assert 'data-api-root="/api/v1"' in answer.text
        assert "camera=(self)" in answer.headers["Permissions-Policy"]

    def test_below_a_prefix_every_address_is_below_it(self, app):
        page = app.test_client().get("/kiosk", environ_overrides={"SCRIPT_NAME": "/check-in"}).text
        attribute = r"(?:href|src|data-(?:api-root|pair-url|pose-net|gesture-head))"
        addresses = re.findall(rf'{attribute}="([^"]*)"', page)
        assert len(addresses) >= 7
        assert all(address.startswith("/check-in/") for address in addresses)


class TestKiosks:
    def test_this_browser_becomes_one_and_is_signed_out(self, browser):
        answer = browser.post("/kiosks", {"name": "Room 204", "sign_out": "y"})
        assert answer.headers["Location"] == "/kiosk"
        assert any(
            "kiosk=" in cookie and "HttpOnly" in cookie for cookie in answer.headers.getlist("Set-Cookie")
        )
        assert browser.client.get("/api/v1/kiosk").json["kiosk"] == {"name": "Room 204"}
        assert browser.get("/").status_code == 302

    def test_or_stays_signed_in(self, browser):
        browser.post("/kiosks?session=7", {"name": "Room 204"})
        page = browser.get("/kiosks").text
        assert "This browser is a kiosk" in page
        assert "Room 204" in page

    def test_it_needs_a_name(self, browser):
        answer = browser.post("/kiosks", {"name": " "})
        assert answer.status_code == 422
        assert "Please fill this in." in answer.text

    def test_revoking_ends_it_at_once(self, browser):
        browser.post("/kiosks", {"name": "Room 204"})
        number = re.search(r"/kiosks/(\d+)/revocation", browser.get("/kiosks").text)[1]
        page = browser.follow(browser.post(f"/kiosks/{number}/revocation"))
        assert "That browser is no longer a kiosk." in page
        assert "Revoked" in page
        assert browser.client.get("/api/v1/kiosk").json["paired"] is False


class TestBuiltFiles:
    def test_they_may_be_kept_for_good(self, client, settings):
        manifest = json.loads((settings.web_dist / ".vite" / "manifest.json").read_text())
        for entry in manifest.values():
            with client.get(f"/assets/{entry['file']}") as answer:
                assert answer.status_code == 200
                assert "immutable" in answer.headers["Cache-Control"]
            assert re.search(r"-[\w-]{8}\.\w+$", entry["file"]), "the name holds a digest of the content"

    @pytest.mark.parametrize(
        "path",
        [".vite/manifest.json", "../package.json", "%2e%2e/package.json", "no-such-file.js", "/etc/passwd"],
    )
    def test_nothing_else_is_served(self, client, path):
        assert client.get(f"/assets/{path}").status_code in {404, 308}
