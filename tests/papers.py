"""Reading a PDF back as its reader sees it."""

from __future__ import annotations

import io

from pypdf import PdfReader


def text_of(content: bytes) -> str:
    """Return the words of all pages, one space between any two."""
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())
