"""Who may see and do what: the whole policy in one place.

Owns permissions, predicates, the policy table, the guard in front of every view, and the registry of facts between
people. Features publish facts (`relations.provide`) and mark their rows (`subject_id`, …); they never decide a right.
"""
