"""Refusals: what the domain says no to, each with the French sentence that a user reads."""


class Refused(Exception):
    """A verb said no; nothing was written. `str(refusal)` names the thing, its state and what to do."""

    @property
    def sentence(self) -> str:
        return str(self)


class Conflict(Refused):
    """Somebody else changed the same thing meanwhile (HTTP 409)."""
