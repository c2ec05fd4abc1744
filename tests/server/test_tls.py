"""TLS by the server itself: the real process, a client that checks what answers."""

import ssl
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from server.commands.health import health, readiness
from server.exceptions import BadSetting
from server.self_signed import make_certificate
from server.settings import Settings
from server.tls import certificate_of
from tests.running_server import RunningServer, free_port


def settings(folder, **more):
    return Settings(data_dir=folder, tls="on", **more)


class TestItsOwnCertificate:
    def test_it_names_the_public_host_and_this_machine_and_is_made_once(self, tmp_path):
        made = certificate_of(settings(tmp_path, public_url="https://school.example:8443"))
        certificate = x509.load_pem_x509_certificate(made.chain.read_bytes())
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.DNSName) == ["school.example", "localhost"]
        assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]
        assert certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=365)
        assert made.key.stat().st_mode & 0o777 == 0o600
        before = made.chain.read_bytes()
        assert certificate_of(settings(tmp_path)).chain.read_bytes() == before

    def test_none_without_tls(self, tmp_path):
        assert certificate_of(Settings(data_dir=tmp_path)) is None
        assert list(tmp_path.iterdir()) == []


class TestAGivenCertificate:
    def test_it_is_used(self, tmp_path):
        chain, key = make_certificate(tmp_path / "given", ["school.example"])
        used = certificate_of(settings(tmp_path, tls_certificate=chain, tls_key=key))
        assert (used.chain, used.key) == (chain, key)
        assert not (tmp_path / "tls").exists()

    def test_a_key_of_another_one_is_refused(self, tmp_path):
        chain, _ = make_certificate(tmp_path / "one", ["school.example"])
        _, key = make_certificate(tmp_path / "other", ["school.example"])
        with pytest.raises(BadSetting, match=r"FACE_CHECKIN_TLS_CERTIFICATE: .*one.*other"):
            certificate_of(settings(tmp_path, tls_certificate=chain, tls_key=key))

    def test_a_missing_file_is_refused(self, tmp_path):
        chain, key = make_certificate(tmp_path / "one", ["school.example"])
        chain.unlink()
        with pytest.raises(BadSetting, match="No such file"):
            certificate_of(settings(tmp_path, tls_certificate=chain, tls_key=key))

    def test_one_alone_is_refused(self, tmp_path):
        with pytest.raises(BadSetting, match="FACE_CHECKIN_TLS_KEY"):
            certificate_of(settings(tmp_path, tls_certificate=tmp_path / "server.crt"))


def test_nobody_there_is_not_healthy(tmp_path, capsys):
    assert health(Settings(data_dir=tmp_path, port=free_port())) == 1
    assert "does not answer" in capsys.readouterr().err


def test_a_server_with_tls(tmp_path):
    running = RunningServer.start(tmp_path, tls="on", demo="false")
    try:
        asked = settings(tmp_path, port=running.port)
        assert health(asked) == 0
        assert readiness(asked, 5)["status"] == "ready"
        assert f"https://localhost:{running.port}/setup/" in running.log.read_text()
        trusting = ssl.create_default_context(cafile=tmp_path / "tls" / "server.crt")
        assert trusting.minimum_version >= ssl.TLSVersion.TLSv1_2
        with urllib.request.urlopen(f"{running.url}/sign-in", context=trusting) as page:
            assert page.headers["Strict-Transport-Security"]
            cookies = page.headers.get_all("Set-Cookie")
        assert cookies
        assert all(one.startswith("__Host-") and "Secure" in one for one in cookies)
        with pytest.raises(urllib.error.URLError, match="self-signed"):
            urllib.request.urlopen(f"{running.url}/sign-in")
        with pytest.raises((ConnectionError, urllib.error.URLError)):
            urllib.request.urlopen(running.url.replace("https", "http") + "/sign-in", timeout=5)
    finally:
        assert running.stop() == 0
