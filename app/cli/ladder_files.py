"""Reading several ladder files together, so that an overlay finds its base among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.ladder import Ladder
from app.ladders import queries
from app.ladders.loader import Fault, LadderFileError, LoadedLadder, load_ladder_file, parents_in, read_sources


@dataclass(frozen=True)
class Given:
    """One file without a fault, and its bytes."""

    path: Path
    content: bytes
    loaded: LoadedLadder


@dataclass
class Reader:
    """Where the parts of a ladder are looked up: its base, its quotations, and the ids that were retired.

    `use_database` asks what is published, `look_around` also the folders around each file.
    """

    sources: Path | None
    use_database: bool
    look_around: bool
    known: dict[tuple[str, str], Ladder] = field(default_factory=dict)

    def read(self, path: Path) -> Given:
        """Return one file; LadderFileError with all its faults."""
        texts = read_sources(self.sources) if self.sources else None

        def find_base(slug: str, version: str) -> Ladder | None:
            return self._base(path, slug, version)

        loaded = load_ladder_file(path, parents=find_base, sources=texts)
        ladder = loaded.ladder
        # The loader asks by name only, and what a version may not use depends on its number as well.
        if self.use_database and (gone := queries.retired_before(ladder.slug, ladder.version)):
            loaded = load_ladder_file(path, parents=find_base, sources=texts, retired_before=lambda _: gone)
        return Given(path, path.read_bytes(), loaded)

    def _base(self, path: Path, slug: str, version: str) -> Ladder | None:
        if self.use_database and (edition := queries.find_edition(slug, version)):
            return edition.ladder
        if known := self.known.get((slug, version)):
            return known
        if not self.look_around:
            return None
        around = (parents_in(folder)(slug, version) for folder in path.resolve().parents)
        return next((ladder for ladder in around if ladder is not None), None)


def read_files(paths: Sequence[Path], reader: Reader) -> list[Given]:
    """Return all files, each after the base it is laid on; LadderFileError with every fault of every file.

    A file that fails is read again as long as other files of the same command became known: they may be its base.
    """
    found: list[Given] = []
    waiting = list(dict.fromkeys(paths))
    while waiting:
        faults: list[Fault] = []
        failed: list[Path] = []
        for path in waiting:
            try:
                given = reader.read(path)
            except LadderFileError as error:
                faults += error.faults
                failed.append(path)
                continue
            reader.known[given.loaded.ladder.slug, given.loaded.ladder.version] = given.loaded.ladder
            found.append(given)
        if len(failed) == len(waiting):
            raise LadderFileError(faults)
        waiting = failed
    return found
