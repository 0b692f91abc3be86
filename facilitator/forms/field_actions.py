"""The one-line form of a field action, and the form that corrects one."""

import datetime
from typing import Any

from facilitator.field_actions import LONGEST_DAY, FieldAction, What
from facilitator.forms.base import EditForm
from facilitator.forms.fields import CodeField, FrenchDateField, LineField, WholeField, required
from facilitator.vocabulary import FieldActionKind

USUAL = 30  # minutes


class FieldActionForm(EditForm):
    """What was done, when, how long, in one line."""

    kind = CodeField("Action", FieldActionKind, validators=[required()])
    minutes = WholeField("Minutes", low=1, high=LONGEST_DAY, validators=[required()])
    done_on = FrenchDateField("Le", validators=[required()])
    text = LineField("En une ligne", longest=300)

    def what(self) -> What:
        """The action as the domain takes it."""
        return What(
            FieldActionKind(self.kind.data), self.done_on.data, int(self.minutes.data or 0), self.text.data
        )


class CorrectionForm(FieldActionForm):
    """The line that tells otherwise; 0 minutes when it never took place."""

    minutes = WholeField(
        "Minutes", low=0, high=LONGEST_DAY, description="0 si elle n’a pas eu lieu.", validators=[required()]
    )
    text = LineField("Ce qui est juste, et pourquoi", longest=300, validators=[required()])


def defaults(on: datetime.date) -> dict[str, Any]:
    """A meeting of half an hour today: two clicks write something else."""
    return {"kind": FieldActionKind.meeting.value, "minutes": USUAL, "done_on": on}


def filled(action: FieldAction) -> dict[str, Any]:
    """What an action says, to start its correction from."""
    return {"kind": action.kind, "minutes": action.minutes, "done_on": action.done_on}
