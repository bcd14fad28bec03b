"""The district's rules in force, their history, and their change."""

from flask import Blueprint

blueprint = Blueprint("district", __name__)
