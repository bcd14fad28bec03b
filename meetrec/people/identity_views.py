"""Where staff prove who a parent is: by a code handed over or posted."""

from flask import Blueprint

blueprint = Blueprint("identity", __name__)
