"""What the pages of sign-in and account share."""

from __future__ import annotations

from flask import Blueprint, current_app, request

from app.access.guard import actor
from app.audit.actions import Author
from app.auth.passwords import Passwords
from app.auth.sealing import Sealer

bp = Blueprint("auth", __name__)


def author() -> Author:
    """Return the acting person as the audit writes them down."""
    return Author(actor().person_id, address=request.remote_addr or "")


def passwords() -> Passwords:
    """Return the hasher at the cost of this deployment."""
    hasher: Passwords = current_app.extensions["belay.passwords"]
    return hasher


def sealer() -> Sealer:
    """Return what seals the secrets of second factors with the deployment's key."""
    box: Sealer = current_app.extensions["belay.sealer"]
    return box
