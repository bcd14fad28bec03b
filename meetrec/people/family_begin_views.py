"""Where a family begins: the one-time code that proves who they are, and the account that follows from it."""

from flask import Blueprint

blueprint = Blueprint("family_begin", __name__)
