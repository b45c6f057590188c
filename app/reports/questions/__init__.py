"""The questions: one module for each report, which describes it and puts what its query read into findings."""
