"""Setting up the second factor, using it, and taking it off.

A code is good once: the time step of the last one is kept, and of two requests with the same code one wins. Recovery
codes stand in for it, each once. Source: reliability checklist, item 12.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, or_, select, update

from app.access.actor import Role
from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.auth.actions.sessions import end_other_sessions
from app.auth.models import Account, RecoveryCode
from app.auth.queries.accounts import lock_account
from app.auth.sealing import SealedError, Sealer
from app.auth.second_factor import RECOVERY_CODES, find_step, is_compulsory_for, new_recovery_code, recovery_hash
from app.domain.errors import InvalidError, NotAllowedNowError
from app.infra.db import db

logger = logging.getLogger(__name__)

NOT_THIS_CODE = "This code is not right, or was used before. Wait for the next one, and check the clock of your phone."
NOT_THAT_CODE = "This is none of your unused recovery codes."
UNREADABLE = (
    "The second factor of this account cannot be checked any more, because the key of this installation was changed. "
    "Use a recovery code, or ask an administrator to reset your second factor."
)


def set_up(account: Account, secret: str, code: str, *, sealer: Sealer, by: Author, at: datetime) -> list[str]:
    """Give an account a second factor, in place of an earlier one; returns ten recovery codes, to be shown once.

    The code proves that the app has the secret. InvalidError at `one_time_code` when it is not right.
    """
    step = find_step(secret, code, at)
    if step is None:
        raise InvalidError(NOT_THIS_CODE, field="one_time_code")
    account.totp_secret, account.totp_confirmed_at, account.totp_last_step = sealer.seal(secret), at, step
    log(Tag.SECOND_FACTOR_SET, by=by, at=at, subject_id=account.person_id, object_id=account.id)
    return make_recovery_codes(account, by=by, at=at)


def make_recovery_codes(account: Account, *, by: Author, at: datetime) -> list[str]:
    """Return ten new recovery codes, to be shown once; the earlier ones are worthless."""
    if account.totp_confirmed_at is None:
        raise NotAllowedNowError("Recovery codes belong to a second factor, and there is none. Set one up first.")
    codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == account.person_id))
    for code in codes:
        hashed = recovery_hash(account.person_id, code)
        db.session.add(RecoveryCode(person_id=account.person_id, code_hash=hashed, created_at=at))
    log(Tag.RECOVERY_CODES_MADE, by=by, at=at, subject_id=account.person_id, object_id=account.id)
    return codes


def use_code(account: Account, code: str, *, sealer: Sealer, at: datetime) -> None:
    """Use a code of the app up. InvalidError at `one_time_code` when it is wrong, used, or cannot be checked."""
    if account.totp_secret is None or account.totp_confirmed_at is None:
        raise InvalidError(NOT_THIS_CODE, field="one_time_code")
    try:
        secret = sealer.open(account.totp_secret)
    except SealedError:
        logger.exception("second factor of account %s: no known key opens it; reset it", account.id)
        raise InvalidError(UNREADABLE, field="one_time_code") from None
    step = find_step(secret, code, at)
    if step is None or not _take_step(account, step):
        raise InvalidError(NOT_THIS_CODE, field="one_time_code")
    if not sealer.is_newest(account.totp_secret):
        account.totp_secret = sealer.seal(secret)


def _take_step(account: Account, step: int) -> bool:
    unused = or_(Account.totp_last_step.is_(None), Account.totp_last_step < step)
    taken = update(Account).where(Account.id == account.id, unused).values(totp_last_step=step).returning(Account.id)
    return db.session.execute(taken).one_or_none() is not None


def use_recovery_code(account: Account, code: str, *, by: Author, at: datetime) -> None:
    """Use a recovery code up. InvalidError at `recovery_code` when it is none, or was used before."""
    mine = update(RecoveryCode).where(
        RecoveryCode.person_id == account.person_id,
        RecoveryCode.code_hash == recovery_hash(account.person_id, code),
        RecoveryCode.used_at.is_(None),
    )
    found = db.session.execute(mine.values(used_at=at).returning(RecoveryCode.id)).one_or_none()
    if found is None or account.totp_confirmed_at is None:
        raise InvalidError(NOT_THAT_CODE, field="recovery_code")
    log(Tag.RECOVERY_CODE_USED, by=by, at=at, subject_id=account.person_id, object_id=found.id)


def take_off(account: Account, roles: Collection[Role], *, keep: uuid.UUID | None, by: Author, at: datetime) -> None:
    """Take one's own second factor off; all other sessions end. Not where it is compulsory."""
    lock_account(account.person_id)
    if is_compulsory_for(account.person_id, roles):
        raise NotAllowedNowError("Your role asks for a second factor. You can set up another one in its place.")
    if account.totp_confirmed_at is None:
        raise NotAllowedNowError("There is no second factor to take off.")
    _clear(account)
    log(Tag.SECOND_FACTOR_REMOVED, by=by, at=at, subject_id=account.person_id, object_id=account.id)
    end_other_sessions(account.person_id, keep=keep, by=by, at=at)


def reset_second_factor(account: Account, *, by: Author, at: datetime) -> None:
    """Take the second factor off somebody who has lost it; all their sessions end. Nobody resets their own.

    Where it is compulsory, the next sign-in leads to setting up another one. NotAllowedNowError when there is none.
    """
    if by.person_id == account.person_id:
        raise NotAllowedNowError("Nobody resets their own second factor; ask another administrator.")
    lock_account(account.person_id)
    if account.totp_confirmed_at is None:
        raise NotAllowedNowError("There is no second factor to reset.")
    _clear(account)
    log(Tag.SECOND_FACTOR_RESET, by=by, at=at, subject_id=account.person_id, object_id=account.id)
    end_other_sessions(account.person_id, keep=None, by=by, at=at)


def reseal_secrets(*, sealer: Sealer) -> tuple[int, int]:
    """Seal every secret anew with the newest key; returns how many were, and how many no known key opens."""
    resealed = lost = 0
    rows = select(Account).where(Account.totp_secret.is_not(None)).order_by(Account.id).with_for_update()
    for account in db.session.scalars(rows):
        if account.totp_secret is None or sealer.is_newest(account.totp_secret):
            continue
        try:
            account.totp_secret = sealer.seal(sealer.open(account.totp_secret))
            resealed += 1
        except SealedError:
            lost += 1
    return resealed, lost


def _clear(account: Account) -> None:
    account.totp_secret = account.totp_confirmed_at = account.totp_last_step = None
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == account.person_id))
