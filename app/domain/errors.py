"""The few ways in which the domain says no. `app.infra.errors` turns each into an answer for the browser."""

from collections.abc import Mapping


class DomainError(Exception):
    """A rule was broken. The message is a whole sentence that the person may read."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        """Keep the sentence, and the name of the form field it belongs to where there is one."""
        super().__init__(message)
        self.message = message
        self.field = field


class MissingError(DomainError):
    """There is no such thing. A person who may not see it gets the very same answer."""

    def __init__(self, message: str = "There is no such page, or it is not for you.") -> None:
        """Say nothing about what was asked for."""
        super().__init__(message)


class NotAllowedNowError(DomainError):
    """The act exists, but not in this state: submitted twice, signed before it is complete."""


class IncompleteError(DomainError):
    """Something that the act needs is missing; `message` names it."""


class InvalidError(DomainError):
    """A value breaks a rule; `message` says which and what would be right."""


class ConflictError(DomainError):
    """Somebody else saved the same text in the meantime.

    `stored` maps the name of each form field to the text that is stored now, `version` is the version of that text.
    `labels` says how the page calls a field, `choices` the values and words of one that is a choice and no text.
    """

    def __init__(
        self,
        message: str,
        *,
        stored: Mapping[str, str],
        version: int,
        labels: Mapping[str, str] | None = None,
        choices: Mapping[str, tuple[tuple[str, str], ...]] | None = None,
    ) -> None:
        """Keep what is stored, so that the page can show both texts."""
        super().__init__(message)
        self.stored = dict(stored)
        self.version = version
        self.labels = dict(labels or {})
        self.choices = dict(choices or {})
