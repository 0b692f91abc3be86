"""What the address of the queue asks for: a lot, an employer, an answer, what is plausible, what is ticked."""

from dataclasses import dataclass
from typing import Any

from flask import request

from facilitator.access import LARGEST_ID
from facilitator.timesheet_queue import Answer, Waiting, Wanted
from facilitator.web.keyset import AFTER, BEFORE

ALL, AGREED = "tout", "concordants"
FILTERS = ("lot", "employeur", "reponse", "plausibles")


@dataclass(frozen=True)
class Asked:
    """The filters as typed in the address, and as the domain reads them."""

    wanted: Wanted
    kept: dict[str, Any]
    ticked: str

    def here(self) -> dict[str, Any]:
        """The filters and the slice shown, to come back to after a refusal."""
        return self.kept | {name: request.args[name] for name in (AFTER, BEFORE) if request.args.get(name)}

    def checked(self, lines: list[Waiting]) -> set[int]:
        """The relevés to show ticked; one that has other parts elsewhere agrees only if all are here and agree."""
        if self.ticked == ALL:
            return {line.timesheet_id for line in lines}
        if self.ticked != AGREED:
            return set()
        agreeing = [line.timesheet_id for line in lines if line.agrees]
        return {line.timesheet_id for line in lines if agreeing.count(line.timesheet_id) == line.shares}


def asked() -> Asked:
    """Read the address; what names nothing filters nothing."""
    kept: dict[str, Any] = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    answers = {each.value: each for each in Answer}
    wanted = Wanted(
        lot_id=_id("lot"),
        employer_id=_id("employeur"),
        answer=answers.get(request.args.get("reponse", "")),
        plausible=request.args.get("plausibles") == "oui",
    )
    return Asked(wanted, kept, request.args.get("coche", ""))


def _id(name: str) -> int | None:
    typed = request.args.get(name, "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 11 else 0
    return number if 0 < number <= LARGEST_ID else None
