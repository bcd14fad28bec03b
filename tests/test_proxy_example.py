"""The example of a proxy in the documentation keeps no secret address in its log."""

import re
from pathlib import Path

import pytest
from flask import Flask

INSTALL = Path(__file__).parents[1] / "docs" / "administrator" / "install.md"
OPENED_BY_ITS_ADDRESS = {"token", "address", "code"}  # what the secret of an address is called in routes
NO_SECRET = ("/language/<string:code>",)
# Tokens of Flask-Security's own pages count only in the browser that began the step, for minutes.
OF_A_SESSION = "security."


@pytest.mark.requirement("W-02")
def test_proxy_logs_no_address_that_opens_something(app: Flask) -> None:
    example = INSTALL.read_text()
    assert "access_log /var/log/nginx/access.log without_links if=$is_logged;" in example
    assert "$http_referer" not in example
    (left_out,) = re.findall(r"^ +~(\^\S+) 0;$", example, re.MULTILINE)
    ours = [rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith(OF_A_SESSION) and rule.rule not in NO_SECRET]
    secret = [rule.rule for rule in ours if rule.arguments & OPENED_BY_ITS_ADDRESS]
    assert len(secret) > 10
    assert [rule for rule in secret if not re.match(left_out, rule)] == []
    assert [rule for rule in ("/desk", "/notice", "/calendar", "/sign-in", "/language/es") if re.match(left_out, rule)] == []
