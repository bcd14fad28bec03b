"""The district's calendar: its import, and the address under which an account reads its meetings."""

from flask import Blueprint

blueprint = Blueprint("calendar", __name__)
