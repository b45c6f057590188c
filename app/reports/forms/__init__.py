"""Forms of reports: filters, and taking a report out."""
