"""Where staff key in a notice that came on paper, by telephone or by e-mail."""

from flask import Blueprint

blueprint = Blueprint("notice_key_in", __name__)
