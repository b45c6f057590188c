"""Reading for reports: one module for each of them, as of any day and as far as the viewer may see."""
