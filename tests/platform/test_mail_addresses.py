"""One grammar of mail addresses for forms and for the post."""

import pytest

from meetrec.platform.mail_addresses import can_be_sent_to, is_public_address

LONG = f"a@{'b' * 59}.{'c' * 59}.{'d' * 59}.{'e' * 59}.example.org"  # 253 characters
ENCODED = "=?utf-8?q?a=40evil.example=2cb=40evil.example=2c?=@example.org"  # a header of it reads as three addresses
COMMON = [
    "ana@example.org",
    "ana.rivera+school@mail.example.org",
    "o'brien_64601@k12.mo.us",
    "x@xn--exmple-cua.org",
    "1@example.org",
    "bounce=ana.org@example.org",
    "ana@example.xn--p1ai",
]
REFUSED = [
    "",
    "ana",
    "ana@",
    "@example.org",
    "a@b@example.org",
    "a b@example.org",
    "a@example.org, b@example.org",
    "a@exam ple.org",
    "a@example..org",
    ".a@example.org",
    "a..b@example.org",
]


@pytest.mark.parametrize("address", [*COMMON, LONG])
def test_what_a_form_takes_the_post_can_send_to(address: str) -> None:
    assert is_public_address(address)
    assert can_be_sent_to(address)


@pytest.mark.parametrize(
    "address",
    [*REFUSED, ENCODED, "=?utf-8?q?a?=@example.org", "josé@example.org", "a@-example.org", "a@exa_mple.org", f"{'a' * 65}@example.org", f"a@{'b.' * 130}org"],
)
def test_what_is_no_address_is_refused_by_both(address: str) -> None:
    assert not is_public_address(address)
    assert not can_be_sent_to(address)


@pytest.mark.parametrize("address", ["principal@school", "root@localhost", "ana@10.0.0.1", "ana@example.o"])
def test_a_name_of_the_districts_own_network_is_for_the_post_alone(address: str) -> None:
    assert can_be_sent_to(address)
    assert not is_public_address(address)
