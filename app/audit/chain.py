"""The hash of one audit row: what goes into it, and in which form."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
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
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    parts = [seq, moment, tag, actor_id, actor_label, subject_id, object_id, address, details, previous_hash]
    text = json.dumps([part if isinstance(part, int) else str(part or "") for part in parts], ensure_ascii=True)
    return sha256(text.encode()).hexdigest()
