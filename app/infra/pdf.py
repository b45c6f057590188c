"""Making PDF files: a template of ours and data as JSON, typeset without any program beside Python.

What people have typed reaches the template as data and is never read as markup. Files are tagged for screen readers
(PDF/UA-1), and the same data at the same moment gives the same bytes.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Response

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates" / "pdf"
ACCESSIBLE = "ua-1"
KEPT = frozenset("\n\t")
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
SYMBOLS = frozenset({"So", "Sk"})
SHADES = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
"""They give the picture before them its colour of skin."""
JOINERS = frozenset("\u200c\u200d")
"""Invisible, but scripts such as Persian and Hindi are written with them."""


def make_pdf(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """Return a PDF file. `template` is a file in templates/pdf, `data` what it shows, `at` when the file was made.

    A sign that no font of the typesetter has is looked for among the fonts of the machine; a picture sign that stands
    in none is put into words. Where letters are left that cannot be drawn, the file is made all the same, and does not
    claim to be accessible.
    """
    # The typesetter is a large library, and most processes never make a PDF.
    import typst  # noqa: PLC0415

    said = _storable(data)
    tries: tuple[tuple[Any, bool, list[Any]], ...] = (
        (said, False, [ACCESSIBLE]),
        (said, True, [ACCESSIBLE]),
        (_in_words(said), True, [ACCESSIBLE]),
    )
    for shown, with_system_fonts, standards in tries:
        try:
            return _compiled(template, shown, at, standards, with_system_fonts=with_system_fonts)
        except typst.TypstError as error:
            # Anything else is a fault of the template, and every try would meet it again.
            if "could not be displayed" not in error.message:
                raise
    return _compiled(template, _in_words(said), at, [], with_system_fonts=True)


def _compiled(template: str, data: Any, at: datetime, standards: list[Any], *, with_system_fonts: bool) -> bytes:  # noqa: ANN401 - JSON
    import typst  # noqa: PLC0415

    return typst.compile(
        TEMPLATES / template,
        root=TEMPLATES,
        format="pdf",
        ignore_system_fonts=not with_system_fonts,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
        pdf_standards=standards,
        timestamp=at.astimezone(UTC).replace(microsecond=0),
    )


def _storable(data: Any) -> Any:  # noqa: ANN401 - JSON
    """Return data without signs that cannot be seen and that no font has: control characters, half characters."""
    return _each_text(data, lambda text: "".join(sign for sign in text if _is_seen(sign)))


def _is_seen(sign: str) -> bool:
    return sign in KEPT or sign in JOINERS or unicodedata.category(sign) not in UNSEEN


def _in_words(data: Any) -> Any:  # noqa: ANN401 - JSON
    """Return data with every picture sign as its name in square brackets.

    >>> _in_words(["Went up \N{ROCKET} fast"])
    ['Went up [rocket] fast']
    """
    return _each_text(data, lambda text: "".join(_named(sign) for sign in text if sign not in JOINERS))


def _named(sign: str) -> str:
    if sign in SHADES:
        return ""
    if unicodedata.category(sign) in SYMBOLS and ord(sign) > 0x2000:  # noqa: PLR2004 - Latin signs are in every font
        return f"[{unicodedata.name(sign, 'sign').lower()}]"
    return "" if "\ufe00" <= sign <= "\ufe0f" else sign


def _each_text(data: Any, change: Any) -> Any:  # noqa: ANN401 - JSON, and a function on texts
    if isinstance(data, str):
        return change(data)
    if isinstance(data, Mapping):
        return {key: _each_text(value, change) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_each_text(value, change) for value in data]
    return data


def download(content: bytes, file_name: str) -> Response:
    """Return the answer that hands a PDF over as a file. `file_name` is made by us, never somebody's text."""
    response = Response(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
