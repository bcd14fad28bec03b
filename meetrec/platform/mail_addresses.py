"""What a mail address looks like: one grammar for what forms take in and for what the post sends to. Pure."""

import re

LONGEST_ADDRESS = 254  # characters; what fits between < and > of a mail's path (RFC 5321, 4.5.3.1.3)
# The plain words of RFC 5321 (dot-atom @ names of machines), and never “=?”: in a header that begins an encoded word, which a program that reads
# the header would turn into other addresses.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?!.*=\?)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_LAST_LABEL = re.compile(r"\.(?:[A-Za-z]{2,}|xn--[A-Za-z0-9-]+)", re.IGNORECASE)


def can_be_sent_to(address: str) -> bool:
    """Whether a mail can go there; also to a machine of the district's own network, whose name has no dot."""
    return len(address) <= LONGEST_ADDRESS and bool(_ADDRESS.fullmatch(address))


def is_public_address(address: str) -> bool:
    """Whether a family may have it: what can be sent to, under a name of the internet such as example.org."""
    return can_be_sent_to(address) and bool(_LAST_LABEL.fullmatch(address, address.rfind(".")))
