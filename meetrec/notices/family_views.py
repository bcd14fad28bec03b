"""The parents' own door: their children's meetings, and the notices they gave."""

from flask import Blueprint

blueprint = Blueprint("family", __name__)
