"""The one ancestor of every refusal of the trade: its text is the French sentence that the user reads."""


class Refused(Exception):
    """An act that the rules do not allow; `str()` says in French what, why and what to do."""
