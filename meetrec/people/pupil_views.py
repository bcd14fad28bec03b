"""Pupils, schools, and who holds rights for whom."""

from flask import Blueprint

blueprint = Blueprint("pupils", __name__)
