"""What a ladder quotes: every statement of a document names the document, and its words stand there.

Source of the rules: domain specification, sections 1 and 2.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.domain.ladder import Ladder, Origin, Source
from app.domain.ladder_findings import Finding, Place, did_you_mean

CITED = frozenset({Origin.DOCUMENT, Origin.DERIVED})
"""The origins that rest on a document: what it states, and what follows from it."""


def citation_findings(ladder: Ladder, sources: Mapping[str, str] | None) -> Iterator[Finding]:
    """Yield statements without a source, and sources whose words do not occur in their document.

    `sources` maps documents to their texts; None means that they are not at hand, and quotations are not looked up.
    """
    for place, origin, cited in _statements(ladder):
        if origin in CITED and not cited:
            yield Finding((*place, "sources"), f"the origin is `{origin}`, so a source with its words is needed")
    if sources is None:
        return
    folded = {name: fold(text) for name, text in sources.items()}
    for place, source, origin in _citations(ladder):
        if source.file in folded:
            if fold(source.quote) not in folded[source.file]:
                yield Finding((*place, "quote"), f"these words do not occur in `{source.file}`")
        elif origin in CITED:
            # What an organisation adds may cite a document of its own, which need not lie in the sources folder.
            suggestion = did_you_mean(source.file, folded)
            yield Finding((*place, "file"), f"there is no source document `{source.file}`{suggestion}")


def _statements(ladder: Ladder) -> Iterator[tuple[Place, Origin, tuple[Source, ...]]]:
    for index, expectation in enumerate(ladder.expectations):
        yield ("expectations", index), expectation.origin, expectation.sources
    for index, rule in enumerate(ladder.escalation):
        yield ("escalation", index), rule.origin, rule.sources


def _citations(ladder: Ladder) -> Iterator[tuple[Place, Source, Origin]]:
    """Yield every citation; attributes and worked examples, which have no origin, count as what a document says."""
    for place, origin, cited in _statements(ladder):
        for number, source in enumerate(cited):
            yield (*place, "sources", number), source, origin
    for index, level in enumerate(ladder.levels):
        for row, attribute in enumerate(level.attributes):
            for number, source in enumerate(attribute.sources):
                yield ("levels", index, "attributes", row, "sources", number), source, Origin.DOCUMENT
    for index, example in enumerate(ladder.examples):
        for row, line in enumerate(example.lines):
            for number, source in enumerate(line.sources):
                yield ("examples", index, "lines", row, "sources", number), source, Origin.DOCUMENT


_QUOTES = str.maketrans(dict.fromkeys("\u2018\u2019\u201a\u201b", "'") | dict.fromkeys("\u201c\u201d\u201e\u201f", '"'))


def fold(text: str) -> str:
    """Return the text as quotations are compared: without case, curly quotation marks or runs of blanks.

    >>> fold("The team’s  Own Words")
    "the team's own words"
    """
    return " ".join(text.translate(_QUOTES).casefold().split())
