"""Forms of committees and panels: naming people, a rank with its reason, taking somebody off, stepping aside."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from app.infra.forms import UNCUT, Form, StorableText, clean_line, clean_text
from app.people.forms import NAME_LENGTH, ChoiceField, EmailForm, FewField, PersonField, leave_out_none
from app.promotion.actions.committees import CHAIR, DEPUTY
from app.promotion.models import NOTE_LENGTH, REASON_LENGTH

WHO = "Enter part of the name, or the e-mail address."


def _reason(label: str, missing: str) -> TextAreaField:
    return TextAreaField(
        label,
        filters=[clean_text],
        validators=[
            DataRequired(missing),
            Length(max=REASON_LENGTH, message=f"Write at most {REASON_LENGTH} characters."),
            StorableText(),
        ],
        render_kw=UNCUT,
    )


def _note(label: str) -> TextAreaField:
    return TextAreaField(
        label,
        filters=[clean_text],
        validators=[
            Optional(),
            Length(max=NOTE_LENGTH, message=f"Write at most {NOTE_LENGTH} characters."),
            StorableText(),
        ],
        render_kw=UNCUT,
    )


class MemberForm(Form):
    """Whom to name a member."""

    person = PersonField("Whom do you name?", WHO)

    def look_for(self) -> MemberForm:
        """Take a name or an address."""
        leave_out_none(self.person)
        self.person.look_for(None)
        return self


class LeadForm(MemberForm):
    """Whom to name chair or deputy."""

    role = FewField(
        "As what?",
        "Choose chair or deputy.",
        choices={CHAIR: "Chair", DEPUTY: "Deputy, for the cases from which the chair is recused"},
    )


class RankForm(Form):
    """Up to which rank somebody off the ladder may review, and why."""

    rank = ChoiceField("Up to which rank?", "Choose a rank.", validators=[DataRequired("Choose a rank.")])
    reason = _reason("Why this rank?", "Say why this rank; whoever reads the record needs to understand it.")

    def offer_ranks(self, ranks: Sequence[tuple[int, str]]) -> None:
        """Offer the ranks of the ladders, each with the levels that have it."""
        self.rank.choices = {"": "Choose a rank"} | {str(rank): f"Rank {rank}: {levels}" for rank, levels in ranks}


class ExternalForm(RankForm, EmailForm):
    """Somebody from outside who reviews: who they are, up to which rank, and why."""

    name = StringField(
        "Name",
        filters=[clean_line],
        validators=[
            DataRequired("Enter the name."),
            Length(max=NAME_LENGTH, message=f"At most {NAME_LENGTH} characters."),
            StorableText(),
        ],
    )


class RemovalForm(Form):
    """Why somebody is taken off the committee."""

    reason = _reason("Why?", "Say why; it stays in the record of the cycle.")


class RecusalForm(Form):
    """Stepping aside, with a private note."""

    note = _note("Note")


class ShortageForm(Form):
    """Why no quorum can be found for a case; `shortage` tells it from letting the panel follow."""

    shortage = HiddenField(validators=[Length(max=1)])
    reason = _reason("Why can nobody else be named?", "Say why no further reviewers can be named.")


class OthersRecusalForm(RecusalForm):
    """Who takes no part in a case."""

    person = ChoiceField("Who?", "Choose somebody.", validators=[DataRequired("Choose somebody.")])

    def offer(self, people: Sequence[tuple[uuid.UUID, str]]) -> None:
        """Offer those who have to do with the case."""
        self.person.choices = {"": "Choose somebody"} | {str(one): name for one, name in people}
