"""Things without a domain name, kept small: database, unit of work, clock, headers, error pages, forms.

Owns no rule and no right. May use the framework and `app.domain.errors`; nothing here knows a feature.
"""
