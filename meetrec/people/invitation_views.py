"""The first password of an account, behind its one-time link."""

from flask import Blueprint

blueprint = Blueprint("invitations", __name__)
