"""The addresses of one edition."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for


@dataclass(frozen=True)
class Links:
    """The addresses of one edition; without a version they lead to whatever the name stands for."""

    slug: str
    version: str | None = None

    def _to(self, endpoint: str, **more: str) -> str:
        address = {"slug": self.slug, **more}
        if self.version is not None:
            address["version"] = self.version
        return url_for(f"ladders.{endpoint}", **address)  # type: ignore[arg-type]

    def matrix(self, level: str | None = None) -> str:
        """Return the address of the matrix; with a level, a phone opens it there."""
        return self._to("show_ladder", **({"level": level} if level else {}))

    def level(self, level_id: str) -> str:
        """Return the address of a level."""
        return self._to("show_level", level_id=level_id)

    def expectation(self, expectation_id: str) -> str:
        """Return the address of an expectation, opened beside the matrix."""
        return self._to("show_expectation", expectation_id=expectation_id, _anchor=expectation_id)

    def compare(self, lower: str | None = None, upper: str | None = None) -> str:
        """Return the address of two levels side by side."""
        chosen = {name: value for name, value in (("from", lower), ("to", upper)) if value}
        return self._to("compare_levels", **chosen)
