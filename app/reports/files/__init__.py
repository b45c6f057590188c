"""Files of a report: the same findings as CSV, XLSX, JSON and PDF. Nothing here knows HTTP or who may see what.

CSV and JSON come as chunks of bytes while the rows are read; XLSX goes into a file, also while they are read. None of
them holds more of a report than a few hundred rows. A PDF is for reading and printing, and holds a limited number.
"""

from app.reports.files.csv_file import csv_chunks
from app.reports.files.json_file import json_chunks
from app.reports.files.manifest import Manifest
from app.reports.files.pdf_file import MOST_PDF_ROWS, pdf_bytes
from app.reports.files.xlsx_file import write_xlsx

__all__ = ["MOST_PDF_ROWS", "Manifest", "csv_chunks", "json_chunks", "pdf_bytes", "write_xlsx"]
