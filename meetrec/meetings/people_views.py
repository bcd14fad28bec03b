"""The people at the table of a meeting, and whom the district's own notice covers."""

from flask import Blueprint

blueprint = Blueprint("participants", __name__)
