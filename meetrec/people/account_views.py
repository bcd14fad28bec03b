"""The accounts of the district: made, changed, deactivated; never deleted."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)
