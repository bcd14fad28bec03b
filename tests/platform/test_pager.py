"""The foot of every list with pages: it leads to the page before and the next one, where there is one."""

import re
from types import SimpleNamespace

import pytest
from flask import Flask, render_template_string

LIST = '{% from "platform/pager.html" import pager %}{% call(number) pager(page) %}/pupils?q=a&page={{ number }}{% endcall %}'


@pytest.mark.parametrize(
    ("number", "has_next", "led_to"),
    [(1, False, []), (1, True, [("2", "Next page")]), (2, True, [("1", "Page before"), ("3", "Next page")]), (3, False, [("2", "Page before")])],
)
def test_a_list_leads_to_the_pages_beside_this_one(app: Flask, number: int, has_next: bool, led_to: list[tuple[str, str]]) -> None:
    with app.test_request_context("/"):
        foot = render_template_string(LIST, page=SimpleNamespace(number=number, has_next=has_next))
    assert re.findall(r'<a href="/pupils\?q=a&page=(\d+)">([^<]+)</a>', foot.replace("&amp;", "&")) == led_to
    assert ("<nav" in foot) == bool(led_to), "a list of one page has no foot"
