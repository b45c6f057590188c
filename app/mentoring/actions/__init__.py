"""Writes of mentoring."""
