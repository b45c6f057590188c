"""Writes of promotion: cycles and their moves, committees, nominations, packets, feedback, ratings and decisions."""
