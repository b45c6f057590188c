"""The words of one tag."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """The words of one tag; each sentence goes on after the name of who acted.

    `act` needs no details. `in_full` does. `own` is said when somebody acts on what is theirs, `bare` when the row is
    about nobody, and `bare_in_full` then to those who read the details. `told` is for the person whom the row is about;
    a row without it stays out of their access record.
    """

    label: str
    act: str
    told: str | None = None
    in_full: str = ""
    own: str = ""
    bare: str = ""
    bare_in_full: str = ""
    is_refusal: bool = False
