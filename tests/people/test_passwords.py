"""Which passwords are refused, and which will do."""

import pytest

from meetrec.people.passwords import TOO_EASY, TOO_SHORT, why_too_weak

LAURA = {"email": "laura.bennett@lincoln.example", "name": "Laura Bennett", "district": "Riverside School District"}


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize("password", ["", "short", "elevensigns"])
def test_password_under_twelve_signs_is_refused(password: str) -> None:
    assert why_too_weak(password, **LAURA) == TOO_SHORT


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize(
    "password",
    [
        "laurabennett1234",
        "Laura.Bennett@lincoln.example",
        "Bennett-Laura-2026",
        "RiversideSchoolDistrict1",
        "password1234567",
        "Welcome123Welcome123",
        "aaaaaaaaaaaaaaaa",
        "123456789012345",
        "abcdefghijklmnop",
    ],
)
def test_password_of_own_or_common_words_is_refused(password: str) -> None:
    assert why_too_weak(password, **LAURA) == TOO_EASY


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize("password", ["a long enough test sentence", "correct horse battery staple", "Tr0ub4dor&3-zebra", "laura likes nine yellow kites"])
def test_password_with_enough_of_its_own_will_do(password: str) -> None:
    assert why_too_weak(password, **LAURA) is None
