"""The blueprint of the start page and of what stands beside it."""

from flask import Blueprint

bp = Blueprint("home", __name__)
