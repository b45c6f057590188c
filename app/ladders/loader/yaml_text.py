"""From the text of a YAML file to plain values, remembering where each of them stands.

ruamel.yaml finds the grammar; the values are built here, because a ladder file is to be reported on as a whole: every
duplicate key at once, no aliases, no tags, bounded depth and size. Scalars follow the core schema of YAML 1.2: `no` is
a word. Nothing in here raises for a bad file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from app.domain.ladder_findings import Place
from app.ladders.loader.faults import Fault

DEEPEST = 20
"""How far mappings and lists may be nested; the format itself needs seven."""

MOST_NODES = 50_000
"""How many values a file may hold. The larger of the shipped ladders has about four thousand."""

Scalar = str | int | float | bool | None


@dataclass(slots=True)
class Node:
    """A value of the file and the place where it begins; line and column count from 1."""

    line: int
    column: int
    content: Scalar | list[Node] | dict[str, Entry]

    def plain(self) -> object:
        """Return the value without its places."""
        if isinstance(self.content, dict):
            return {key: entry.node.plain() for key, entry in self.content.items()}
        if isinstance(self.content, list):
            return [node.plain() for node in self.content]
        return self.content


@dataclass(slots=True)
class Entry:
    """A key of a mapping with the place where the key stands, and its value."""

    line: int
    column: int
    node: Node


@dataclass(slots=True)
class YamlText:
    """A file as far as it could be read: `root` is None when its grammar is broken or it holds nothing."""

    file: str
    root: Node | None = None
    faults: list[Fault] = field(default_factory=list)
    spoilt: set[Place] = field(default_factory=set)
    """Places whose value could not be kept; a later complaint about one of them would only repeat the first."""

    def add(self, line: int, column: int, message: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(self.file, line, column, message))

    def where(self, place: Place, *, at_key: bool = False) -> tuple[int, int]:
        """Return line and column of a place, or of the nearest thing around it that the file has.

        `at_key` asks for the key of a mapping in place of its value.
        """
        node, found = self.root, (1, 1)
        for number, step in enumerate(place):
            last = number == len(place) - 1
            content = node.content if node else None
            if isinstance(content, dict):
                # Attributes may be written as a mapping, while findings count them.
                name = list(content)[step] if isinstance(step, int) and step < len(content) else step
                if name not in content:
                    break
                entry = content[str(name)]
                node = entry.node
                found = (entry.line, entry.column) if last and at_key else (node.line, node.column)
            elif isinstance(content, list) and isinstance(step, int) and step < len(content):
                node = content[step]
                found = (node.line, node.column)
            else:
                break
        return found


class _StopReading(Exception):  # noqa: N818 - it ends the reading of a file whose fault has been noted already
    """The file goes beyond a limit, which has been noted; nothing after this place is looked at."""


def read_yaml(text: str, file: str) -> YamlText:
    """Read a text as YAML 1.2 and note every fault that can be told without knowing what the file is about."""
    yaml = YamlText(file)
    try:
        yaml.root = _Builder(yaml).build(YAML(typ="safe", pure=True).parse(text))
    except _StopReading:
        return yaml
    except MarkedYAMLError as error:
        _note_syntax(yaml, text, error)
        return yaml
    except (YAMLError, ValueError, OverflowError, RecursionError) as error:
        yaml.add(1, 1, f"this cannot be read as YAML: {' '.join(str(error).split())}")
        return yaml
    if yaml.root is None or yaml.root.content is None:
        yaml.root = None
        if not yaml.faults:
            yaml.add(1, 1, "the file is empty")
    elif not isinstance(yaml.root.content, dict):
        yaml.add(1, 1, "a ladder file is a mapping: `schema: ladder/1`, `ladder: …`, and so on")
        yaml.root = None
    return yaml


@dataclass(slots=True)
class _Open:
    """A mapping or list that is still being read."""

    node: Node
    place: Place
    key: tuple[str | None, int, int] | None = None
    """The key that waits for its value, with its place; None as its name means that the pair is dropped."""


class _Builder:
    """Builds nodes from the events of one file, without recursion: depth is the file's choice, not ours."""

    def __init__(self, yaml: YamlText) -> None:
        self.yaml = yaml
        self.open: list[_Open] = []
        self.root: Node | None = None
        self.documents = 0
        self.nodes = 0

    def build(self, events: Iterator[Event]) -> Node | None:
        for event in events:
            line, column = event.start_mark.line + 1, event.start_mark.column + 1
            if isinstance(event, DocumentStartEvent):
                self._start_document(event, line, column)
            elif isinstance(event, AliasEvent):
                self._place(Node(line, column, None), complaint=f"aliases are not allowed; write `*{event.anchor}` out")
            elif isinstance(event, ScalarEvent):
                self._scalar(event, line, column)
            elif isinstance(event, CollectionStartEvent):
                self._start(event, line, column)
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                self.open.pop()
        return self.root

    def _start_document(self, event: DocumentStartEvent, line: int, column: int) -> None:
        self.documents += 1
        if self.documents > 1:
            self.yaml.add(line, column, "one ladder per file: a second document begins here")
            raise _StopReading
        if event.version is not None and tuple(event.version) != (1, 2):
            self.yaml.add(line, column, "ladder files are YAML 1.2; leave the %YAML line out")

    def _scalar(self, event: ScalarEvent, line: int, column: int) -> None:
        if event.tag is not None and event.tag != "!":
            self._place(Node(line, column, None), complaint=f"tags are not allowed; leave `{event.tag}` out")
            return
        content = plain_scalar(event.value) if event.implicit[0] and event.tag is None else event.value
        if isinstance(content, str) and (hidden := _UNFIT.search(content)):
            complaint = f"the character U+{ord(hidden[0]):04X} is not allowed"
            self._place(Node(line, column, None), complaint=complaint)
            return
        if content is None and self.open and self.open[-1].key:
            # A value that is not there has no place of its own.
            _, line, column = self.open[-1].key
        self._place(Node(line, column, content), quoted=not event.implicit[0])

    def _start(self, event: CollectionStartEvent, line: int, column: int) -> None:
        if len(self.open) >= DEEPEST:
            self.yaml.add(line, column, f"nested deeper than {DEEPEST} levels; what follows was not checked")
            raise _StopReading
        node = Node(line, column, {} if isinstance(event, MappingStartEvent) else [])
        complaint = f"tags are not allowed; leave `{event.tag}` out" if event.tag not in {None, "!"} else ""
        if self._awaits_key():
            self._note(line, column, "a key must be a word, not a list or mapping")
            self.open[-1].key = (None, line, column)
            self.open.append(_Open(node, ("?",)))
            # The collection itself is not the value of this key: the next value is, and goes with it.
            return
        place = self._next_place()
        self._place(node, complaint=complaint)
        self.open.append(_Open(node, place))

    def _awaits_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].node.content, dict) and self.open[-1].key is None

    def _next_place(self) -> Place:
        if not self.open:
            return ()
        top = self.open[-1]
        if isinstance(top.node.content, list):
            return (*top.place, len(top.node.content))
        return (*top.place, top.key[0] or "") if top.key else top.place

    def _note(self, line: int, column: int, message: str) -> None:
        self.yaml.add(line, column, message)

    def _place(self, node: Node, *, complaint: str = "", quoted: bool = False) -> None:
        """Put a finished or just opened value where it belongs: as root, in a list, as key or as value."""
        self.nodes += 1
        if self.nodes > MOST_NODES:
            self._note(node.line, node.column, f"more than {MOST_NODES} values; what follows was not checked")
            raise _StopReading
        if complaint:
            self._note(node.line, node.column, complaint)
            if not self._awaits_key():
                self.yaml.spoilt.add(self._next_place())
        if not self.open:
            self.root = node
            return
        top = self.open[-1]
        if isinstance(top.node.content, list):
            top.node.content.append(node)
        elif isinstance(top.node.content, dict):
            if top.key is None:
                top.key = self._key(node, top.node.content, complaint=complaint, quoted=quoted)
                return
            name, line, column = top.key
            top.key = None
            if name is not None:
                top.node.content[name] = Entry(line, column, node)

    def _key(
        self, node: Node, mapping: dict[str, Entry], *, complaint: str, quoted: bool
    ) -> tuple[str | None, int, int]:
        name = node.content
        if complaint:
            return None, node.line, node.column
        if not isinstance(name, str):
            shown = "an empty key" if name is None else f"`{str(name).lower()}`"
            self._note(node.line, node.column, f"a key must be a word, and {shown} is not; write it in quotes")
            return None, node.line, node.column
        if name == "<<" and not quoted:
            self._note(node.line, node.column, "merge keys are not allowed; write the keys out")
            return None, node.line, node.column
        if name in mapping:
            first = mapping[name].line
            self._note(node.line, node.column, f"`{name}` is given twice here; the first stands on line {first}")
            return None, node.line, node.column
        return name, node.line, node.column


_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def plain_scalar(text: str) -> Scalar:
    """Return the value of an unquoted word by the core schema of YAML 1.2.

    >>> plain_scalar("no"), plain_scalar("1.0"), plain_scalar("1.0.0"), plain_scalar("07")
    ('no', 1.0, '1.0.0', 7)
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def _note_syntax(yaml: YamlText, text: str, error: MarkedYAMLError) -> None:
    """Note what breaks the grammar. The parser stops there, so tabs are looked for in the rest of the file as well."""
    tabs = {number: line.index("\t") for number, line in enumerate(text.splitlines(), 1) if _TAB_INDENT.match(line)}
    for number, before in tabs.items():
        yaml.add(number, before + 1, "a tab indents this line; YAML wants spaces")
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = str(error.problem or error.context or "broken")
    if line in tabs:
        return
    if "'\\t'" in problem:
        yaml.add(line, column, "a tab stands here; YAML wants spaces")
        return
    opened = error.context_mark
    since = f" (begun on line {opened.line + 1})" if opened and opened.line + 1 != line else ""
    yaml.add(line, column, f"not valid YAML: {_said_plainly(problem)}{since}; what follows was not checked")


_TAB_INDENT = re.compile(r" *\t[ \t]*[^\s#]")

_PLAINLY = (
    ("mapping values are not allowed", "a colon stands where none may; put the text in quotes"),
    ("could not find expected ':'", "a colon is missing after a key"),
    ("expected ',' or ']'", "a list in brackets is not closed"),
    ("expected ',' or '}'", "a mapping in braces is not closed"),
    ("unexpected end of stream", "a quotation mark is not closed"),
    ("expected <block end>", "this line is indented differently from its neighbours"),
    ("expected '<document start>'", "this does not belong to what stands before it"),
)


def _said_plainly(problem: str) -> str:
    return next((plain for start, plain in _PLAINLY if start in problem), " ".join(problem.split()))
