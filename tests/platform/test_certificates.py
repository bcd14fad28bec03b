"""A certificate is known by its key: a renewal keeps the fingerprint, another key never does."""

from pathlib import Path

import pytest

from meetrec.platform import clock
from meetrec.platform.certificates import CertificateUnusable, fingerprint_in_file, in_groups, is_same, key_fingerprint, require_pair
from tests.fixtures.https import new_certificate


def test_renewal_with_the_same_key_keeps_the_fingerprint(tmp_path: Path) -> None:
    first = new_certificate(tmp_path, "first")
    renewed, other = new_certificate(tmp_path, "renewed", first.private_key), new_certificate(tmp_path, "other")
    assert first.certificate.read_bytes() != renewed.certificate.read_bytes()
    assert first.fingerprint == renewed.fingerprint != other.fingerprint


def test_fingerprint_is_compared_in_any_groups_and_case(tmp_path: Path) -> None:
    fingerprint = new_certificate(tmp_path, "first").fingerprint
    assert [len(group) for group in in_groups(fingerprint).split()] == [4] * 16
    assert is_same(in_groups(fingerprint), fingerprint)
    assert is_same(fingerprint.lower(), fingerprint)
    assert not is_same(in_groups(fingerprint)[:-5], fingerprint)
    assert not is_same("", fingerprint)


def test_what_is_no_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("no certificate")
    with pytest.raises(CertificateUnusable, match=r"key\.pem cannot be read as a certificate"):
        fingerprint_in_file(tmp_path / "key.pem")
    with pytest.raises(CertificateUnusable, match="does not read"):
        key_fingerprint(b"nothing")


def test_certificate_and_key_that_do_not_belong_together_are_refused_before_anybody_visits(tmp_path: Path) -> None:
    first, other = new_certificate(tmp_path, "first"), new_certificate(tmp_path, "other")
    assert require_pair(first.certificate, first.key) > clock.now()
    with pytest.raises(CertificateUnusable, match="do not belong together"):
        require_pair(first.certificate, other.key)
    other.key.write_text("hello")
    with pytest.raises(CertificateUnusable, match=r"other-key\.pem cannot be read as a private key"):
        require_pair(other.certificate, other.key)
