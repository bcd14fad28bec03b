"""Who is counted as one visitor, with and without proxies in front: nobody gets more tries by making up an address."""

from types import SimpleNamespace

import pytest
from flask import Flask

from meetrec.app import create_app
from meetrec.notices.opened_forms import OpenedForm
from meetrec.platform import clock
from meetrec.platform.database import Database
from meetrec.platform.keys import read_key_file, secret
from meetrec.platform.rate_limits import limiter
from meetrec.platform.settings import Settings


def behind(settings: Settings, database: Database, hops: int) -> Flask:
    """The application as it runs behind so many proxies."""
    server = settings.server.model_copy(update={"behind_proxy": hops > 0, "proxy_hops": max(hops, 1)})
    app = create_app(settings.model_copy(update={"server": server}), {"parent"}, database)
    app.config.update(RATELIMIT_ENABLED=True)
    limiter.reset()
    return app


def statuses(app: Flask, settings: Settings, district: SimpleNamespace, forwarded: list[str]) -> list[int]:
    """What twelve notices are answered with; `forwarded` is the header of each in turn."""
    start = clock.in_zone(district.meeting.start, settings.district.zone)
    key = secret(secret(read_key_file(settings.secret_file), "sessions").encode(), "notice-links")
    opened = OpenedForm(key, "n" * 40, clock.now().replace(year=2020))
    said = {
        "recorder_name": "Ana Rivera", "recorder_role": "parent", "student_name": "Mateo Rivera", "school": "Lincoln Elementary",
        "meeting_date": start.date().isoformat(), "meeting_time": start.strftime("%H:%M"), "nonce": opened.text,
    }  # fmt: skip
    client = app.test_client()
    answers = [
        client.post("/notice", data={**said, "device": f"device {number}"}, headers={"X-Forwarded-For": forwarded[number % len(forwarded)]}).status_code
        for number in range(12)
    ]
    limiter.reset()
    return answers


@pytest.mark.parametrize(
    ("hops", "forwarded"),
    [
        (0, ["10.0.0.1", "10.0.0.2"]),  # without a proxy the header is anybody's word
        (1, ["10.0.0.1, 203.0.113.9", "10.0.0.2, 203.0.113.9"]),  # what stands before the proxy's own word is the visitor's
        (2, ["10.0.0.1, 203.0.113.9, 192.0.2.1", "10.0.0.2, 203.0.113.9, 192.0.2.1"]),
    ],
)
def test_made_up_addresses_give_no_more_tries(settings: Settings, database: Database, district: SimpleNamespace, hops: int, forwarded: list[str]) -> None:
    assert statuses(behind(settings, database, hops), settings, district, forwarded) == [303] * 10 + [429] * 2


@pytest.mark.parametrize(("hops", "after"), [(1, ""), (2, ", 192.0.2.1")])
def test_families_behind_the_same_proxies_are_counted_apart(settings: Settings, database: Database, district: SimpleNamespace, hops: int, after: str) -> None:
    families = [f"203.0.113.{number}{after}" for number in (9, 10)]
    assert statuses(behind(settings, database, hops), settings, district, families) == [303] * 12
