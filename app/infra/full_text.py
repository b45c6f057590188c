"""What somebody looks for: words, the beginning of the last one, phrases in quotes; and which rows and texts say it.

The index belongs to the database, and its triggers keep it (migration 0013): `search_text` has a row for each text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, Uuid, and_, column, false, func, literal_column, select, table

from app.infra.db import db

LONGEST = 200
MOST_TERMS = 12
SNIPPET = 160
BEFORE = 48
ACCENTS = re.compile("[\u0300-\u036f]")
# What parts words; migration 0013 tells PostgreSQL the same. SQLite parts at everything that is no letter or figure.
PARTING = re.compile(
    "[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\xbf\u2000-\u206f\u3000-\u3003\ud800-\udfff]+"
)
QUOTED = re.compile(r'["\u201c\u201d\u201e](.*?)(?:["\u201c\u201d\u201e]|$)')
WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Return a text without accents and capitals.

    >>> folded("Lucía NGUYỄN")
    'lucia nguyen'
    """
    return ACCENTS.sub("", unicodedata.normalize("NFD", text)).lower()


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that has to be there: a word, or words that follow each other. `is_begun`: the last may go on."""

    words: tuple[str, ...]
    is_begun: bool = False

    @property
    def for_sqlite(self) -> str:
        """Return the term as FTS5 reads it. The words hold no quote, so that nothing in them is taken for a command."""
        return f'"{" ".join(self.words)}"{" *" if self.is_begun else ""}'

    @property
    def for_postgres(self) -> str:
        """Return the term as `to_tsquery` reads it; quotes keep it from taking a word for a command."""
        return " <-> ".join(f"'{word}'" for word in self.words) + (":*" if self.is_begun else "")

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return what finds the term in a folded text."""
        parts = [part for word in self.words for part in WORD.findall(word)]
        ending = "" if self.is_begun else r"(?![^\W_])"
        return re.compile(r"(?<![^\W_])" + r"[\W_]+".join(map(re.escape, parts)) + ending)


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody typed, and the terms in it. All of them have to be there."""

    text: str
    terms: tuple[Term, ...]

    def fits(self, text: str) -> bool:
        """Say whether a text holds every term."""
        said = folded(text)
        return all(term.pattern.search(said) for term in self.terms)


def read_sought(typed: str) -> Sought:
    """Return what is looked for. Of a long text the first 200 characters count, of many words the first twelve.

    The last word may be the beginning of one, unless it is quoted.

    >>> [(term.words, term.is_begun) for term in read_sought('"tax rounding" Luc').terms]
    [(('tax', 'rounding'), False), (('luc',), True)]
    """
    text = "".join(sign for sign in typed[:LONGEST] if sign.isprintable() or sign.isspace()).replace("\x00", "")
    terms: list[Term] = []
    place = 0
    for quoted in QUOTED.finditer(text):
        terms += [Term((word,)) for word in _words(text[place : quoted.start()])]
        if phrase := _words(quoted[1]):
            terms.append(Term(tuple(phrase)))
        place = quoted.end()
    rest = _words(text[place:])
    terms += [Term((word,), is_begun=place_of == len(rest)) for place_of, word in enumerate(rest, 1)]
    return Sought(" ".join(text.split()), tuple(dict.fromkeys(terms))[:MOST_TERMS])


def _words(text: str) -> list[str]:
    return [word for word in PARTING.split(folded(text)) if WORD.search(word)]


def marked(text: str, sought: Sought) -> Markup:
    """Return a text, escaped, with what was looked for in `<mark>`.

    >>> from markupsafe import Markup
    >>> str(marked("Lucía & co", read_sought("luc")))
    '<mark>Luc</mark>ía &amp; co'
    """
    out, place = Markup(), 0
    for start, end in _places(text, sought.terms):
        # Safe without escaping: every word goes through `escape` or `format`, which escapes; only the tag is ours.
        out += escape(text[place:start]) + Markup("<mark>{}</mark>").format(text[start:end])
        place = end
    return out + escape(text[place:])


def snippet(text: str, sought: Sought) -> Markup:
    """Return the part of a text around the first hit, marked; its beginning where nothing of it was hit."""
    flat = " ".join(text.split())
    first = next(iter(_places(flat, sought.terms)), (0, 0))[0]
    start = 0 if len(flat) <= SNIPPET or first <= BEFORE else flat.rfind(" ", 0, first - BEFORE // 2) + 1
    start = max(start, first - SNIPPET // 2, 0)
    end = start + SNIPPET
    if end < len(flat):
        # No word is cut in two, unless it alone is longer than what is shown.
        end = max(flat.rfind(" ", first, end + 1), 0) or end
    cut = flat[start:end]
    # Safe without escaping: `marked` has escaped the text, and `format` escapes whatever is not markup already.
    return Markup("{}{}{}").format("… " if start else "", marked(cut, sought), " …" if end < len(flat) else "")


def _places(text: str, terms: Sequence[Term]) -> list[tuple[int, int]]:
    """Return where a text says one of the terms, in order; places that overlap are one."""
    said, origin = "", []
    for index, sign in enumerate(text):
        plain = folded(sign)
        said += plain
        origin += [index] * len(plain)
    origin.append(len(text))
    found = sorted(_spans(said, terms))
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return [(origin[start], origin[end - 1] + 1) for start, end in merged]


def _spans(said: str, terms: Sequence[Term]) -> Iterator[tuple[int, int]]:
    for term in terms:
        for hit in term.pattern.finditer(said):
            yield hit.span()


TEXT = table("search_text", column("id"), column("source"), column("object_id", Uuid()), column("words"),
             column("lexemes"))  # fmt: skip
"""The rows of the index: from which table a text comes, to which object it belongs."""


def _hit(term: Term) -> ColumnElement[bool]:
    """Return the condition on a row of the index that it holds a term."""
    if db.engine.dialect.name == "postgresql":
        asked = func.to_tsquery(literal_column("'simple'::regconfig"), term.for_postgres)
        return TEXT.c.lexemes.op("@@")(asked)
    index = table("search_index", column("rowid"))
    found = select(index.c.rowid).where(literal_column("search_index").op("MATCH")(term.for_sqlite))
    return TEXT.c.id.in_(found)


def says(sought: Sought, key: Any, sources: Sequence[str]) -> ColumnElement[bool]:  # noqa: ANN401 - a mapped column
    """Return the condition that an object holds every term, in whichever of its parts; nothing holds no terms."""
    if not sought.terms:
        return false()
    parts = [select(TEXT.c.object_id).where(TEXT.c.source.in_(sources), _hit(term)) for term in sought.terms]
    return and_(*(key.in_(part) for part in parts))
