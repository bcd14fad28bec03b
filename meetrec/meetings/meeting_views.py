"""The page of one meeting, and its moves, changes of room and cancellation."""

from flask import Blueprint

blueprint = Blueprint("meeting", __name__)
