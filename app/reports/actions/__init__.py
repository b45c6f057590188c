"""What is written for reports: that somebody takes one out."""
