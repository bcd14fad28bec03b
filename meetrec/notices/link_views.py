"""Pages behind a notice's private link: its status, its signed receipt, to correct and to withdraw it."""

from flask import Blueprint

blueprint = Blueprint("notice_links", __name__)
