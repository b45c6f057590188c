"""Reading the second factor: what a sign-in still asks for, and how many recovery codes are left."""

from __future__ import annotations

import uuid

from sqlalchemy import func, select

from app.access.actor import Role
from app.auth.models import Account, RecoveryCode, RoleGrant, SessionStage
from app.auth.second_factor import is_compulsory_for
from app.infra.db import db


def next_stage(person_id: uuid.UUID) -> SessionStage:
    """Return how far a right password leads: to the code, to setting a second factor up, or in."""
    confirmed = select(Account.totp_confirmed_at).where(Account.person_id == person_id)
    if db.session.scalar(confirmed) is not None:
        return SessionStage.SECOND
    held = select(RoleGrant.role).where(RoleGrant.person_id == person_id, RoleGrant.superseded_at.is_(None))
    roles = frozenset(Role(role) for role in db.session.scalars(held.order_by(RoleGrant.role)))
    return SessionStage.ENROL if is_compulsory_for(person_id, roles) else SessionStage.FULL


def count_recovery_codes(person_id: uuid.UUID) -> int:
    """Return how many recovery codes of a person have not been used."""
    unused = select(func.count()).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(unused) or 0
