"""Encryption at rest."""

import numpy as np
import pytest

from server.services.vault import Vault, VaultError, parse_key


@pytest.fixture
def vault():
    return Vault(bytes(range(32)))


def test_what_goes_in_comes_out(vault):
    assert vault.open_photo(vault.seal_photo(b"pixels", 7), 7) == b"pixels"
    template = np.linspace(-1, 1, 640, dtype=np.float32)
    sealed = vault.seal_template(template, 7, "fusion")
    np.testing.assert_array_equal(vault.open_template(sealed, 7, "fusion"), template)
    assert template.tobytes() not in sealed


def test_the_same_content_is_sealed_differently_each_time(vault):
    assert vault.seal(b"x", "p") != vault.seal(b"x", "p")


def test_a_template_is_bound_to_its_student_and_embedder(vault):
    sealed = vault.seal_template(np.ones(4, np.float32), 7, "fusion")
    for student_id, embedder_id in ((8, "fusion"), (7, "sface")):
        with pytest.raises(VaultError):
            vault.open_template(sealed, student_id, embedder_id)


def test_every_changed_byte_is_noticed(vault):
    sealed = vault.seal(b"content", "p")
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(VaultError):
            vault.open(bytes(changed), "p")


@pytest.mark.parametrize("broken", [b"", b"\x01", b"\x01" * 16])
def test_stumps_are_refused(vault, broken):
    with pytest.raises(VaultError):
        vault.open(broken, "p")


def test_another_key_opens_nothing(vault):
    with pytest.raises(VaultError, match="another key"):
        Vault(bytes(32)).open(vault.seal(b"x", "p"), "p")


def test_keys_come_in_hex_or_base64():
    assert parse_key("00" * 32) == bytes(32)
    assert parse_key("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n") == bytes(32)
    for wrong in ("", "zz" * 32, "AAAA"):
        with pytest.raises(ValueError, match="32 bytes"):
            parse_key(wrong)
