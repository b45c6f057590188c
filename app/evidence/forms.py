"""Forms of evidence: the shape of what an author, a manager and a colleague send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType, SimpleNamespace
from typing import Any

from wtforms import (
    Field,
    HiddenField,
    RadioField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.utils import unset_value
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.domain.errors import InvalidError
from app.domain.evidence import CorroborationAnswer, EvidenceKind
from app.evidence.actions import Content
from app.evidence.actions.content import check_day, check_first_day, line_name
from app.evidence.actions.corroboration import ANSWERS, POINTS, limit_name, point_name
from app.evidence.links import MAX_LINKS, checked_links
from app.evidence.models import (
    ASKING_LENGTH,
    LINE_LENGTH,
    LINK_LENGTH,
    NARRATIVE_LENGTH,
    TITLE_LENGTH,
    WORDS_LENGTH,
    Evidence,
)
from app.evidence.pasted import LONGEST_LINE, read_line
from app.evidence.queries.voices import NOTHING, PART, WHOLE
from app.infra.clock import today
from app.infra.forms import DayField, Form, StorableText, clean_line, clean_text, version_number
from app.infra.templating import kind_label

KINDS = {kind.value: kind_label(kind.value) for kind in EvidenceKind}
MAX_TICKS = 100
MAX_LINKS_TEXT = 25_000


class Longest(Length):  # type: ignore[misc]
    """Validator: at most so many characters. The field gets no `maxlength`, at which browsers cut without a word."""

    def __init__(self, length: int, message: str) -> None:
        """Take the number of characters and the sentence that is said where there are more."""
        super().__init__(max=length, message=message)
        self.field_flags: dict[str, int] = {}


def longest(length: int, what: str) -> Longest:
    """Return a validator that says how long something may be."""
    return Longest(length, f"{what} has at most {length} characters.")


@contextmanager
def refusals() -> Iterator[None]:
    """Let a rule of the actions speak at the field, so that all faults of a form are said at once."""
    try:
        yield
    except InvalidError as refusal:
        raise ValidationError(refusal.message) from refusal


class ClaimsField(Field):  # type: ignore[misc]
    """Ticks of expectations, each with a line of its own. `data` maps the ids that are ticked to their lines.

    Several ids may stand in one value, on lines of their own: so they come from the page that shows two texts.
    """

    data: dict[str, str]

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:  # noqa: ANN401
        """Take ticks and lines from what was sent, else from what is stored."""
        del extra_filters
        self.process_errors: list[str] = []
        self.object_data = {} if data is unset_value or data is None else dict(data)
        self.data = dict(self.object_data)
        if formdata is not None:
            ids = dict.fromkeys(one for value in formdata.getlist(self.name) for one in value.split())
            self.data = {one: clean_line(formdata.get(line_name(one))) for one in ids}

    def pre_validate(self, form: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
        """Refuse what is no list of ticks, and lines that are too long or cannot be stored."""
        if len(self.data) > MAX_TICKS:
            raise ValidationError(f"Tick at most {MAX_TICKS} expectations.")
        for line in self.data.values():
            if len(line) > LINE_LENGTH:
                raise ValidationError(f"A line on an expectation has at most {LINE_LENGTH} characters.")
            StorableText()(form, type("Line", (), {"data": line}))


class ComposerForm(Form):
    """The short form: what happened, of which kind, on which day, and what it shows.

    `next` is the page to come back to, `offered` the kind that was chosen before anybody chose.
    """

    title = StringField(
        "What happened, in one line",
        filters=[clean_line],
        validators=[
            DataRequired("Write one line that says what happened."),
            longest(TITLE_LENGTH, "The line"),
            StorableText(),
        ],
    )
    kind = RadioField("Kind", choices=KINDS, validators=[InputRequired("Choose a kind.")], validate_choice=False)
    occurred_on = DayField("Day", validators=[InputRequired("Choose the day on which it happened.")])
    links = StringField(
        "Link", filters=[clean_line], validators=[longest(MAX_LINKS_TEXT, "The list of links"), StorableText()]
    )
    expectations = ClaimsField("What does it show?")
    next = HiddenField()
    offered = HiddenField()
    between_links = " "

    @property
    def text(self) -> str:
        """Return the words that were typed, for suggestions; of a text that no field would take, its beginning."""
        return (self.title.data or "")[:LONGEST_LINE]

    def link_lines(self) -> list[str]:
        """Return the links, as they were typed."""
        return (self.links.data or "").split()

    def first_links(self) -> list[str]:
        """Return the beginnings of as many links as a piece may have, to guess a kind from before they are checked."""
        return [link[:LINK_LENGTH] for link in self.link_lines()[:MAX_LINKS]]

    def take_links(self) -> None:
        """Move addresses of pages out of the line and to the links; a lone one leaves a title in its place."""
        line = read_line(self.title.data or "")
        if line.links:
            self.title.data = line.title
            self.links.data = self.between_links.join(dict.fromkeys([*self.link_lines(), *line.links]))

    def name_fields(self, prefix: str) -> None:
        """Give the fields ids of their own, for a form that stands beside another one; their names stay."""
        for field in self:
            field.id = f"{prefix}-{field.name}"

    def validate_links(self, field: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
        """Refuse links that are none."""
        del field
        with refusals():
            checked_links(self.link_lines())

    def validate_kind(self, field: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
        """Refuse a kind that there is not."""
        if field.data not in set(EvidenceKind):
            raise ValidationError("Choose one of the kinds in the list.")

    def validate_occurred_on(self, field: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
        """Refuse a day that lies ahead."""
        with refusals():
            check_day(field.data or date.min, today())

    def content(self) -> Content:
        """Return what the author says; call it on a form that is valid."""
        return Content(
            title=self.title.data,
            kind=EvidenceKind(self.kind.data),
            occurred_on=self.occurred_on.data,
            links=tuple(self.link_lines()),
            claims=MappingProxyType(dict(self.expectations.data)),
        )


class EvidenceForm(ComposerForm):
    """The full form: also the story, its first day, links, and a line on each expectation."""

    narrative = TextAreaField(
        "The story",
        filters=[clean_text],
        validators=[longest(NARRATIVE_LENGTH, "The story"), StorableText()],
    )
    occurred_from = DayField("First day", validators=[Optional()])
    links = TextAreaField(
        "Links", filters=[clean_text], validators=[longest(MAX_LINKS_TEXT, "The list of links"), StorableText()]
    )
    between_links = "\n"

    def validate_occurred_from(self, field: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
        """Refuse a first day after the last one."""
        with refusals():
            check_first_day(field.data, self.occurred_on.data or date.max)

    @property
    def text(self) -> str:
        """Return the words that were typed, for suggestions; of a text that no field would take, its beginning."""
        return f"{super().text}\n{(self.narrative.data or '')[:NARRATIVE_LENGTH]}"

    def link_lines(self) -> list[str]:
        """Return the links, as they were typed: one on each line."""
        return (self.links.data or "").splitlines()

    def content(self) -> Content:
        """Return what the author says; call it on a form that is valid."""
        return Content(
            title=self.title.data,
            kind=EvidenceKind(self.kind.data),
            occurred_on=self.occurred_on.data,
            occurred_from=self.occurred_from.data,
            narrative=self.narrative.data,
            links=tuple(self.link_lines()),
            claims=MappingProxyType(dict(self.expectations.data)),
        )


def filled_form(piece: Evidence) -> EvidenceForm:
    """Return the full form as it stands for a loaded piece."""
    return EvidenceForm(
        formdata=None,
        data={
            "title": piece.title,
            "kind": piece.kind.value,
            "occurred_on": piece.occurred_on,
            "occurred_from": piece.occurred_from,
            "narrative": piece.narrative,
            "links": "\n".join(link.url for link in piece.links),
            "expectations": {claim.expectation_id: claim.line for claim in piece.claims},
        },
    )


class ReasonForm(Form):
    """The manager's reason for setting a piece aside."""

    expectation = StringField(validators=[InputRequired()])
    reason = TextAreaField(
        "Why does it not count for this expectation?",
        filters=[clean_text],
        validators=[
            DataRequired("Say why; the engineer reads it and may answer."),
            longest(WORDS_LENGTH, "The reason"),
            StorableText(),
        ],
    )


class ReplyForm(Form):
    """The engineer's answer to a setting aside."""

    expectation = StringField(validators=[InputRequired()])
    answer = TextAreaField(
        "Your answer",
        filters=[clean_text],
        validators=[
            DataRequired("Write your answer first."),
            longest(WORDS_LENGTH, "The answer"),
            StorableText(),
        ],
    )


class AskForm(Form):
    """Whom to ask, and a line to them."""

    colleague = RadioField("Colleague", validators=[InputRequired("Choose a colleague.")], validate_choice=False)
    asking = TextAreaField(
        "A line to your colleague",
        filters=[clean_text],
        validators=[longest(ASKING_LENGTH, "The line"), StorableText()],
    )


@dataclass(frozen=True, slots=True)
class Point:
    """What a colleague says of one expectation: whether it stands, in which words, and what is wrong with it."""

    id: str
    text: str
    stands: str
    words: str
    error: str = ""


class PointsField(Field):  # type: ignore[misc]
    """What stands, expectation by expectation. `data` maps each id to a pair: `WHOLE`, `PART` or `NOTHING`; words.

    Before anything is chosen the first is empty.
    """

    data: dict[str, tuple[str, str]]

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:  # noqa: ANN401
        """Take the points from what was sent, else from what is stored."""
        del extra_filters
        self.process_errors: list[str] = []
        self.object_data = {} if data is unset_value or data is None else dict(data)
        self.data, self.wrong = dict(self.object_data), dict[str, str]()
        if formdata is not None:
            # A page sends words of every expectation, and a choice only where one was made.
            names = (point_name(""), limit_name(""))
            ids = dict.fromkeys(sent.removeprefix(name) for sent in formdata for name in names if sent.startswith(name))
            self.data = {
                one: (formdata.get(point_name(one), ""), clean_text(formdata.get(limit_name(one)))) for one in ids
            }

    def pre_validate(self, form: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
        """Refuse what is no point, and words that are missing, too long or cannot be stored."""
        if form.outcome.data != CorroborationAnswer.LIMITED:
            return
        if len(self.data) > MAX_TICKS or any(stands not in POINTS for stands, _ in self.data.values()):
            raise ValidationError("Choose for each expectation what stands.")
        if self.data and all(stands == WHOLE for stands, _ in self.data.values()):
            raise ValidationError("All of it stands: choose “I confirm it”, or say here what does not.")
        for one, (stands, words) in self.data.items():
            try:
                StorableText()(form, SimpleNamespace(data=words))
            except ValidationError as refusal:
                self.wrong[one] = str(refusal)
            if stands == PART and not words:
                self.wrong[one] = "Say how far you can confirm it."
            elif len(words) > WORDS_LENGTH:
                self.wrong[one] = f"Write at most {WORDS_LENGTH} characters."
        if self.wrong:
            raise ValidationError("Look at what you say of each expectation.")

    def rows(self, claims: Iterable[tuple[str, str]]) -> list[Point]:
        """Return a row for each claim, given as pairs of id and text."""
        return [Point(one, text, *self.data.get(one, ("", "")), self.wrong.get(one, "")) for one, text in claims]

    @property
    def standing(self) -> list[str]:
        """Return the expectations left standing, wholly or in part."""
        return [one for one, (stands, _) in self.data.items() if stands != NOTHING]

    @property
    def limits(self) -> dict[str, str]:
        """Return the words by expectation, where it does not stand wholly."""
        return {one: words for one, (stands, words) in self.data.items() if stands != WHOLE}


class AnswerForm(Form):
    """The colleague's answer. `version` is that of the answer that the form showed, `read` that of the piece."""

    read = HiddenField()
    outcome = RadioField("Your answer", choices=ANSWERS, validate_choice=False)
    points = PointsField("What stands")
    words = TextAreaField(
        "In your words",
        filters=[clean_text],
        validators=[longest(WORDS_LENGTH, "The answer"), StorableText()],
    )

    def validate_outcome(self, field: Any) -> None:  # noqa: ANN401 - the signature is WTForms'
        """Refuse an answer that there is not."""
        if field.data not in set(CorroborationAnswer):
            raise ValidationError("Choose one of the three answers.")

    def read_version(self) -> int:
        """Return the version of the piece as the colleague read it; 0 when the form carries none."""
        return version_number(self.read.data)
