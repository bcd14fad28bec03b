"""Every mail and letter as it goes out, in both languages."""

from flask import Blueprint

blueprint = Blueprint("letters", __name__)
