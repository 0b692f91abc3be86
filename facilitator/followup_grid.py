"""Many answers at once: the follow-ups that a reader may fill, lines of a paste matched with them, saved line by line."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from facilitator import followup_list, followups, journeys
from facilitator.followup_pastes import Line, Told
from facilitator.followups import Attempt, Due, FollowUpRefused
from facilitator.names import normalised
from facilitator.outcomes import MilestoneState
from facilitator.people import Person
from facilitator.vocabulary import FollowUpOutcome


@dataclass(frozen=True)
class Matched:
    """A line of a paste with the follow-up that it fills (`due`), or what is to be mended; `known`: already so."""

    line: Line
    due: Due | None = None
    problem: str = ""
    known: bool = False


def reached(session: Session, people: Select[Person], on: datetime.date) -> list[Due]:
    """The follow-ups of these people whose date has come, answered or not, the oldest date first."""
    ids = people.where(Person.anonymised_on.is_(None)).with_only_columns(Person.id)
    found = followups.derived(session, journeys.of_people(session, session.scalars(ids)), on)
    return [due for due in found if due.state is MilestoneState.due]


def open_of(dues: Sequence[Due], on: datetime.date) -> list[Due]:
    """Those that still want an answer."""
    return [due for due in dues if followup_list.state_of(due, on) in followup_list.OPEN]


def save(
    session: Session, wanted: Sequence[tuple[Due, Attempt]], *, on: datetime.date, by: int | None
) -> dict[str, str]:
    """Record each line that can be; gives the sentence of each one that cannot, by the name of its follow-up."""
    wrong: dict[str, str] = {}
    for due, attempt in wanted:
        try:
            with session.begin_nested():
                followups.record(session, due, attempt, on=on, by=by)
        except FollowUpRefused as refused:
            wrong[followup_list.key(due)] = refused.sentence
    return wrong


def match(session: Session, lines: Sequence[Line], dues: Sequence[Due]) -> list[Matched]:
    """Which follow-up each line fills (one select): by dossier number, else by names and birth date; nobody is guessed."""
    ids = {due.journey.person_id for due in dues}
    people = list(session.scalars(select(Person).where(Person.id.in_(ids))))
    of_person: dict[int, list[Due]] = {}
    for due in dues:
        of_person.setdefault(due.journey.person_id, []).append(due)
    taken: dict[str, int] = {}
    found = []
    for line in lines:
        one = _match(line, people, of_person)
        name = followup_list.key(one.due) if one.due else ""
        if name and taken.setdefault(name, line.number) != line.number:
            one = Matched(
                line, None, f"Cette personne figure déjà à la ligne {taken[name]}\u00a0; gardez-en une."
            )
        found.append(one)
    return found


def _match(line: Line, people: Sequence[Person], of_person: Mapping[int, list[Due]]) -> Matched:
    if line.told is None:
        return Matched(line, None, line.problem)
    these = [person for person in people if _is(person, line.told)]
    if not these:
        return Matched(line, None, "Personne de votre liste ne répond à ces indications\u00a0: vérifiez le numéro, ou le nom et la date de naissance.")  # fmt: skip
    if len(these) > 1:
        return Matched(
            line, None, "Plusieurs personnes répondent à ces indications\u00a0: ajoutez la date de naissance."
        )
    return _of(line, line.told, of_person[these[0].id])


def _is(person: Person, told: Told) -> bool:
    if told.dossier:
        return person.dossier_number == told.dossier
    names = normalised(told.last_name, told.first_name)
    return person.search_name == names and person.birth_on == told.birth_on


def _of(line: Line, told: Told, dues: Sequence[Due]) -> Matched:
    these = [due for due in dues if told.months in (None, due.milestone.months)]
    answered = [due for due in these if due.known and due.known.outcome == FollowUpOutcome.answered]
    left = [due for due in these if due not in answered]
    if len(left) == 1 and not (told.months is None and answered and _same(told, answered)):
        return Matched(line, left[0])
    if len(left) > 1:
        return Matched(
            line,
            None,
            "Deux échéances attendent une réponse\u00a0: dites 6 ou 12 dans une colonne «\u00a0échéance\u00a0».",
        )
    if answered and _same(told, answered):
        return Matched(line, None, "Déjà enregistré\u00a0: rien ne change.", known=True)
    if answered and answered[-1].known:
        return Matched(
            line, None, f"Une autre réponse est enregistrée\u00a0: {followups.said(answered[-1].known)}."
        )
    return Matched(line, None, "Aucune échéance de cette personne n’attend de réponse.")


def _same(told: Told, answered: Sequence[Due]) -> bool:
    return any(
        due.known
        and (due.known.situation, due.known.since_on, due.known.weekly_hours)
        == (told.situation, told.since_on, told.weekly_hours)
        for due in answered
    )
