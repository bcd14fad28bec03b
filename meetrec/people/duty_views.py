"""Duties of staff: custodians, training, suspensions, vendors."""

from flask import Blueprint

blueprint = Blueprint("duties", __name__)
