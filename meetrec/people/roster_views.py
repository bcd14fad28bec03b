"""The import of a roster: read, checked, applied."""

from flask import Blueprint

blueprint = Blueprint("roster", __name__)
