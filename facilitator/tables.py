"""All tables: the modules that declare some, so that the metadata is whole once this one is loaded."""

from facilitator import (
    accounts,
    awards,
    commitments,
    contracts,
    followups,
    hours,
    import_batches,
    journal,
    links,
    mails,
    markets,
    organisations,
    people,
    placements,
    references,
    territories,
)

DECLARED_IN = (
    accounts,
    awards,
    commitments,
    contracts,
    followups,
    hours,
    import_batches,
    journal,
    links,
    mails,
    markets,
    organisations,
    people,
    placements,
    references,
    territories,
)
