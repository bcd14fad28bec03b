"""Structured logs without personal data: ids, counts and verbs only; addresses and names are never passed in."""

import logging
import sys
from typing import Any

import structlog
from flask import Flask, request

# Keys that must never reach a log, whoever passes them.
FORBIDDEN_KEYS = frozenset({"name", "email", "student", "text", "reason", "password", "token", "ip", "address"})


class PersonalDataInLog(ValueError):
    """A programming mistake: personal data was handed to the log."""


def refuse_personal_data(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Stop a log line that names a person before it is written."""
    found = FORBIDDEN_KEYS & event.keys()
    if found:
        raise PersonalDataInLog(f"the log may not hold {', '.join(sorted(found))}")
    return event


def write_logs(level: str) -> None:
    """One JSON object a line on standard error, from `level` up."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            refuse_personal_data,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    for noisy in ("apscheduler", "huey", "alembic", "faster_whisper"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def log_failed_requests(app: Flask) -> None:
    """An unexpected error of a view is told by its endpoint: the address may hold a private link, so Flask's own line is replaced."""

    def log_exception(exc_info: Any) -> None:
        structlog.get_logger().error("request.failed", endpoint=request.endpoint, method=request.method, exc_info=exc_info)

    app.log_exception = log_exception  # type: ignore[method-assign]
