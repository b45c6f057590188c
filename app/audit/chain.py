"""The hash of one audit row: what goes into it, and in which form."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

FIRST_HASH = "0" * 64


def canonical(details: Mapping[str, Any]) -> str:
    """Return details as text that is the same for the same content, safe to print: control characters are escaped."""
    return json.dumps(details, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)


def link(
    *,
    seq: int,
    at: datetime,
    tag: str,
    actor_id: uuid.UUID | None,
    actor_label: str,
    subject_id: uuid.UUID | None,
    object_id: uuid.UUID | None,
    address: str,
    details: str,
    previous_hash: str,
) -> str:
    """Return the hash of a row: SHA-256 over all its columns and the hash of the row before it."""
    who = _who(at, tag, actor_id, actor_label)
    subject, thing = subject_id or "", object_id or ""
    # This is the text of a JSON list. Ids need no escaping, and an import writes a hundred thousand rows at once.
    rest = f'"{subject}", "{thing}", {_text(address)}, {_text(details)}, {_text(previous_hash)}'
    return sha256(f"[{seq}, {who}, {rest}]".encode()).hexdigest()


@lru_cache(maxsize=64)
def _who(at: datetime, tag: str, actor_id: uuid.UUID | None, actor_label: str) -> str:
    """Return the part of the text that is the same for all rows of one act on many people."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return ", ".join(_text(part) for part in (moment, tag, str(actor_id or ""), actor_label))


_text = json.JSONEncoder(ensure_ascii=True).encode
