"""Assessments: one by its id, the running one, and lists with the state of each side. No answer is read here."""

from __future__ import annotations
