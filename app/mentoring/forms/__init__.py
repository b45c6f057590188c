"""Forms of mentoring, one module for each page."""
