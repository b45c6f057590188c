"""Loading a ladder file: read, parse, lay on its base, check shape and rules, report everything at once."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.domain.ladder import Ladder
from app.domain.ladder_findings import Finding, Place
from app.domain.ladder_rules import check
from app.ladders.content import build_ladder, content_hash, to_content
from app.ladders.loader.faults import Fault, LadderFileError
from app.ladders.loader.files import read_text
from app.ladders.loader.overlay import Resolved, lay
from app.ladders.loader.repair import Repair, repeated_ids
from app.ladders.loader.yaml_text import YamlText, read_yaml
from app.ladders.schema import ExtendsPart, LadderPart, complaint, known_keys

Parents = Callable[[str, str], Ladder | None]
"""Gives the version that an overlay extends, by slug and version; None when there is none."""

_KNOWN_KEYS = known_keys()
_MOST_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class LoadedLadder:
    """A ladder file without a fault."""

    ladder: Ladder
    file: str
    text: str
    """The file as it stands, comments included."""
    content_hash: str
    """SHA-256 of the content with overlay and evidence defaults written in, see `app.ladders.content`."""


def no_parents(_slug: str, _version: str) -> Ladder | None:
    """Know no other ladder: every overlay is refused."""
    return None


def nothing_retired(_slug: str) -> Collection[str]:
    """Know no earlier version: no id is retired but those that the file lists itself."""
    return ()


def load_ladder_file(
    path: Path,
    *,
    parents: Parents | Mapping[tuple[str, str], Ladder] = no_parents,
    sources: Mapping[str, str] | None = None,
    retired_before: Callable[[str], Collection[str]] = nothing_retired,
) -> LoadedLadder:
    """Return the ladder of a file. Raises LadderFileError with every fault of the file, and nothing else.

    `parents` gives the version that an overlay extends. `sources` maps source documents to their texts, for looking up
    quotations; None leaves that out. `retired_before` gives the ids that earlier versions of a slug retired.
    """
    return load_ladder_text(
        read_text(path), file=str(path), parents=parents, sources=sources, retired_before=retired_before
    )


def load_ladder_text(
    text: str,
    *,
    file: str,
    parents: Parents | Mapping[tuple[str, str], Ladder] = no_parents,
    sources: Mapping[str, str] | None = None,
    retired_before: Callable[[str], Collection[str]] = nothing_retired,
) -> LoadedLadder:
    """Do as `load_ladder_file` with a text that has been read already; `file` is the name to report."""
    yaml = read_yaml(text, file)
    if yaml.root is None:
        raise LadderFileError(yaml.faults)
    given = yaml.root.plain()
    if not isinstance(given, dict):
        raise LadderFileError(yaml.faults)
    resolved, has_base = _resolve(given, yaml, parents)
    ladder = _check(resolved, yaml, sources=sources, retired_before=retired_before, has_base=has_base)
    if yaml.faults or ladder is None:
        raise LadderFileError(yaml.faults)
    return LoadedLadder(ladder, file, text, content_hash(ladder))


def parents_in(folder: Path) -> Parents:
    """Return parents that are looked up among ladder files: `<folder>/<slug>/<version>.yaml`."""

    def find(slug: str, version: str) -> Ladder | None:
        path = folder / slug / f"{version}.yaml"
        return load_ladder_file(path).ladder if path.is_file() else None

    return find


def _resolve(
    given: dict[str, object], yaml: YamlText, parents: Parents | Mapping[tuple[str, str], Ladder]
) -> tuple[Resolved, bool]:
    """Return the file laid on its base, and whether a base that it names was there."""
    if given.get("extends") is None:
        return Resolved(given), True
    try:
        extends = ExtendsPart.model_validate(given["extends"])
    except ValidationError:
        return Resolved(given), False
    name = f"`{extends.ladder}` {extends.version}"
    try:
        if isinstance(parents, Mapping):
            base = parents.get((extends.ladder, extends.version))
        else:
            base = parents(extends.ladder, extends.version)
    except LadderFileError as error:
        yaml.add(*yaml.where(("extends",)), f"{name}, which this extends, has faults itself: {error.faults[0]}")
        return Resolved(given), False
    if base is None:
        yaml.add(*yaml.where(("extends",)), f"{name}, which this extends, is not known here; publish it first")
        return Resolved(given), False
    return lay(given, to_content(base)), True


def _check(
    resolved: Resolved,
    yaml: YamlText,
    *,
    sources: Mapping[str, str] | None,
    retired_before: Callable[[str], Collection[str]],
    has_base: bool,
) -> Ladder | None:
    """Note the faults of shape and of rules; return the ladder if its shape allows one."""
    repair = Repair(copy.deepcopy(resolved.content), dict(resolved.from_file))
    repair.removed.update(yaml.spoilt)
    part: LadderPart | None = None
    for number in range(_MOST_ROUNDS):
        try:
            part = LadderPart.model_validate(repair.content)
            break
        except ValidationError as error:
            errors = error.errors(include_url=False)
            if number == 0:
                for one in errors:
                    _note_error(one, repair, yaml, has_base=has_base)
            repair.take_out(errors)
        if repair.hopeless:
            return None
    if part is None or not has_base:
        return None
    for place, name in repeated_ids(resolved.content, repair.lost):
        _note_finding(Finding(place, f"the id `{name}` is used twice"), _original(resolved), yaml)
    _note_cells_ruled_twice(repair, yaml)
    ladder = build_ladder(part)
    for finding in check(ladder, sources=sources, retired_before=retired_before(ladder.slug)):
        if not repair.is_consequence(finding):
            _note_finding(finding, repair, yaml)
    return ladder


def _original(resolved: Resolved) -> Repair:
    return Repair({}, dict(resolved.from_file))


def _note_error(error: ErrorDetails, repair: Repair, yaml: YamlText, *, has_base: bool) -> None:
    if error["type"] == "missing" and not has_base and error["loc"][0] != "extends":
        return
    at_key = error["type"] == "extra_forbidden" or "[key]" in error["loc"]
    place: Place = tuple(step for step in error["loc"] if step != "[key]")
    in_file = repair.in_file(place)
    if in_file is not None and any(in_file[: len(gone)] == gone for gone in yaml.spoilt):
        return
    where = yaml.where(in_file, at_key=at_key) if in_file is not None else yaml.where(("extends",))
    yaml.faults.append(Fault(yaml.file, *where, complaint(error, _KNOWN_KEYS)))


def _note_cells_ruled_twice(repair: Repair, yaml: YamlText) -> None:
    """Note cells with two rules, and let positions count the first rule of each cell only, as the ladder does."""
    section: Place = ("aggregation", "overrides")
    aggregation = repair.content.get("aggregation")
    overrides = aggregation.get("overrides") if isinstance(aggregation, dict) else None
    if not isinstance(overrides, list):
        return
    positions = repair.from_file.get(section) or list(range(len(overrides)))
    seen: set[tuple[object, object]] = set()
    kept: list[int | None] = []
    for at, override in zip(positions, overrides, strict=True):
        cell = (override.get("competency"), override.get("level"))
        if cell not in seen:
            seen.add(cell)
            kept.append(at)
        elif at is not None:
            yaml.add(*yaml.where((*section, at)), f"`{cell[0]}` at `{cell[1]}` has two rules")
    repair.from_file[section] = kept


def _note_finding(finding: Finding, repair: Repair, yaml: YamlText) -> None:
    place = repair.in_file(finding.place)
    if place is None:
        yaml.add(*yaml.where(("extends",)), f"laid on its base: {finding.message}")
    else:
        # The key of a mapping is what is wrong when it names something that does not exist.
        at_key = finding.absent is not None and place[-1:] == (finding.absent[1],)
        yaml.add(*yaml.where(place, at_key=at_key), finding.message)
