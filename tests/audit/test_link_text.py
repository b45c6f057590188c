"""The hash of a row is the one that every row so far was written with, however its text is put together."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from app.audit.chain import FIRST_HASH, link


def first_formula(*, seq, at, tag, actor_id, actor_label, subject_id, object_id, address, details, previous_hash):
    """The formula as it was first published; it must hold for ever."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    parts = [seq, moment, tag, actor_id, actor_label, subject_id, object_id, address, details, previous_hash]
    text = json.dumps([part if isinstance(part, int) else str(part or "") for part in parts], ensure_ascii=True)
    return sha256(text.encode()).hexdigest()


IDS = st.none() | st.uuids()
MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]))


@given(st.integers(1, 2**62), MOMENTS, st.text(), IDS, st.text(), IDS, IDS, st.text(), st.text(), st.text(max_size=64))
def test_hash_of_a_row_never_changes(seq, at, tag, actor, label, subject, thing, address, details, previous):
    row = {
        "seq": seq, "at": at, "tag": tag, "actor_id": actor, "actor_label": label, "subject_id": subject,
        "object_id": thing, "address": address, "details": details, "previous_hash": previous,
    }  # fmt: skip
    assert link(**row) == first_formula(**row)


def test_hash_of_one_row_is_as_it_was():
    row = {
        "seq": 1, "at": datetime(2026, 11, 21, 10, 0, tzinfo=UTC), "tag": "people:person:add", "actor_id": None,
        "actor_label": "cli:ruth", "subject_id": uuid.UUID(int=1), "object_id": None, "address": "", "details": "{}",
        "previous_hash": FIRST_HASH,
    }  # fmt: skip
    text = json.dumps(
        [1, "2026-11-21T10:00:00.000000+00:00", "people:person:add", "", "cli:ruth", str(uuid.UUID(int=1)), "", "",
         "{}", FIRST_HASH]
    )  # fmt: skip
    assert link(**row) == sha256(text.encode()).hexdigest()
