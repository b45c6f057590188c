"""Faults that really happen: killed servers, cut power, full disks, locked and restarted databases."""
