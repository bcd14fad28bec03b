"""Consents of those who can be heard in a parent's own copy."""

from flask import Blueprint

blueprint = Blueprint("consents", __name__)
