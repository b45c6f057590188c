"""The blueprint of the pages under /reports, and what their views share."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("reports", __name__, url_prefix="/reports")
