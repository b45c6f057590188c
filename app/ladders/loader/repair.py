"""Setting aside what is broken in a file, so that the rest of it can still be checked in the same run.

Whatever the schema refuses is taken out: a key that may be missing alone, else the whole entry that it belongs to. What
was taken out is remembered, because a rule that seems broken only on account of it is not a fault of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import ErrorDetails

from app.domain.ladder_findings import Finding, Place
from app.ladders.loader.overlay import BY_ID, FromFile
from app.ladders.schema import ExpectationPart, LevelPart, Part

_STAND_INS: Mapping[str, object] = {"schema": "ladder/1", "ladder": "unnamed", "version": "0.0.0", "title": "Untitled"}
_STAND_INS_OF_ENTRIES: Mapping[tuple[str, str], object] = {
    ("axes", "name"): "Unnamed",
    ("competencies", "name"): "Unnamed",
    ("expectations", "text"): "Unnamed.",
    ("expectations", "origin"): "house",
    ("expectations", "step"): 1,
    ("examples", "title"): "Unnamed",
    ("escalation", "text"): "Unnamed.",
    ("escalation", "origin"): "house",
}
"""What keeps an entry in the checks although one of its required keys is broken."""

_ANY = "*"


@dataclass(slots=True)
class Repair:
    """A ladder in the shape of a file, from which the broken parts are taken out round by round."""

    content: dict[str, Any]
    from_file: FromFile
    removed: set[Place] = field(default_factory=set)
    lost: dict[str, set[str]] = field(default_factory=dict)
    hopeless: bool = False
    """Too little is left to look at."""

    def take_out(self, errors: Iterable[ErrorDetails]) -> None:
        """Take out what these validation errors complain about."""
        entries: set[Place] = set()
        for error in errors:
            place: Place = tuple(step for step in error["loc"] if step != "[key]")
            if error["type"] == "extra_forbidden" and self._drop_key(place):
                continue
            entry = self._take_out(place, missing=error["type"] == "missing")
            if entry:
                entries.add(entry)
        for section in {entry[:-1] for entry in entries}:
            self._drop_entries(section, {int(entry[-1]) for entry in entries if entry[:-1] == section})

    def _take_out(self, place: Place, *, missing: bool) -> Place | None:
        """Take out one key, or return the place of the list entry that has to go."""
        section = place[0] if place else ""
        if place[:2] == ("aggregation", "overrides") and len(place) > 2:  # noqa: PLR2004 - the third step is the entry
            return place[:3]
        if section in self.content and isinstance(self.content[section], list) and len(place) > 1:
            return None if self._mend(str(section), place, missing=missing) else place[:2]
        self._mark(place[:1])
        if section in _STAND_INS:
            self.content[str(section)] = _STAND_INS[str(section)]
        elif section in {"competencies", "levels", "expectations"} or not place:
            self.hopeless = True
        else:
            self.content.pop(str(section), None)
            self.lost.setdefault(str(section), set()).add(_ANY)
        return None

    def _mend(self, section: str, place: Place, *, missing: bool) -> bool:
        """Take one key out of an entry, or put something harmless there; say whether the entry can stay."""
        entry = self.content[section][int(place[1])]
        if not isinstance(entry, dict) or len(place) < 3:  # noqa: PLR2004 - section, position, key
            return False
        key = str(place[2])
        if (section, key) in _STAND_INS_OF_ENTRIES:
            entry[key] = _STAND_INS_OF_ENTRIES[section, key]
            if key == "step":
                self.lost.setdefault(section, set()).add(_ANY)
        elif self._may_go(section, key, missing=missing):
            entry.pop(key, None)
        else:
            return False
        self._mark(place[:3])
        return True

    def _drop_key(self, place: Place) -> bool:
        """Drop one key that the format does not know, wherever it stands; say whether it was found."""
        around: Any = self.content
        for step in place[:-1]:
            known = range(len(around)) if isinstance(around, list) else around if isinstance(around, dict) else ()
            if step not in known:
                return False
            around = around[step]
        if not isinstance(around, dict) or place[-1] not in around:
            return False
        del around[place[-1]]
        self.removed.add(self.in_file(place) or place)
        return True

    def _may_go(self, section: str, key: str, *, missing: bool) -> bool:
        parts: Mapping[str, type[Part]] = {"levels": LevelPart, "expectations": ExpectationPart}
        part = parts.get(section)
        info = part.model_fields.get(key) if part else None
        # An unknown key may go from any entry; a required one cannot.
        return not missing and (part is None or info is None or not info.is_required())

    def _mark(self, place: Place) -> None:
        self.removed.add(self.in_file(place) or place)

    def _drop_entries(self, section: Place, gone: set[int]) -> None:
        entries: list[Any] = self.content[str(section[0])]
        if len(section) > 1:
            entries = self.content[str(section[0])][section[1]]
        if section == ("levels",):
            # By default a competency has as many steps as the file has levels, broken ones included.
            for competency in self.content.get("competencies") or []:
                if isinstance(competency, dict):
                    competency.setdefault("steps", len(entries))
        where = self.from_file.setdefault(section, list(range(len(entries))))
        for number in gone:
            place = self.in_file((*section, number))
            if place:
                self.removed.add(place)
            name = entries[number].get("id") if isinstance(entries[number], dict) else None
            self.lost.setdefault(str(section[0]), set()).add(name if isinstance(name, str) else _ANY)
        self.from_file[section] = [at for number, at in enumerate(where) if number not in gone]
        entries[:] = [entry for number, entry in enumerate(entries) if number not in gone]
        if not entries and section[0] in {"competencies", "levels", "expectations"}:
            self.hopeless = True

    def in_file(self, place: Place) -> Place | None:
        """Return where a place of the resolved ladder stands in the file; None when it comes from the base."""
        for length in (1, 2):
            section = place[:length]
            if section in self.from_file and len(place) > length:
                number = int(place[length])
                positions = self.from_file[section]
                at = positions[number] if number < len(positions) else None
                return None if at is None else (*section, at, *place[length + 1 :])
        return place

    def is_consequence(self, finding: Finding) -> bool:
        """Say whether a finding is there only because of what was taken out."""
        place = self.in_file(finding.place)
        if place and any(place[: len(gone)] == gone or gone[: len(place)] == place for gone in self.removed):
            return True
        if finding.absent:
            section, name = finding.absent
            lost = self.lost.get(section, set())
            return bool(lost) if section == "expectations" else name in lost or _ANY in lost
        profiles_gone = any(gone[::2] == ("levels", "profile") for gone in self.removed)
        return profiles_gone and finding.place[::2] == ("levels", "next")


def repeated_ids(content: Mapping[str, object], gone: Mapping[str, set[str]]) -> Iterable[tuple[Place, str]]:
    """Yield the places of ids that repeat an earlier one, for ids of entries that were taken out.

    The rules see only what is left, so a broken entry that also repeats an id would be missed.
    """
    for section in BY_ID:
        entries = content.get(section)
        seen: set[str] = set()
        for number, entry in enumerate(entries if isinstance(entries, list) else []):
            name = entry.get("id") if isinstance(entry, Mapping) else None
            if isinstance(name, str):
                if name in seen and name in gone.get(section, set()):
                    yield (section, number, "id"), name
                seen.add(name)
