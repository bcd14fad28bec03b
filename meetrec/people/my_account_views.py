"""Everybody's own account: second factor, passkeys, recovery codes, password, training."""

from flask import Blueprint

blueprint = Blueprint("my_account", __name__)
