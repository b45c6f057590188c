"""The example company: Larkspur, booking and billing for outpatient clinics. Invented, and so is everybody in it.

`generate.build_plan` describes it as plain values: teams, people with their history, evidence, assessments. It depends
on nothing but its arguments, so the same numbers give the same company. No database is touched here; the loader
carries a plan out through the actions of the features.

- `plan` the values; `generate` builds them, `crowd` adds people beyond the named ones
- `company` the named people; `outcomes` where each of them stands; `cast` what is told of some of them word by word
- `stories/*.toml`, `comments.toml` what engineers and managers write; `library` reads them, `slots` fills the gaps
- `evidence`, `assessments` turn outcomes into dated work and answers; `worktime` keeps to working hours
"""
