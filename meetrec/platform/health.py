"""Whether the application answers, for whoever watches it: no detail, no data."""

from flask import Blueprint, jsonify
from sqlalchemy import text
from werkzeug.wrappers import Response

from meetrec.platform.web import database, public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """“ok” when the database answers."""
    with database().reading() as session:
        session.execute(text("SELECT 1"))
    return jsonify(status="ok")
