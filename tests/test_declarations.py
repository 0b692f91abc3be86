"""Declaring hours: what is refused writes nothing, corrections and splits lose and double nothing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import declarations, shares, statements, validations, verdicts
from facilitator.hours import (
    Globalisation,
    GlobalisationLot,
    HoursRefused,
    NilDeclaration,
    Share,
    Timesheet,
)
from facilitator.shares import Part
from facilitator.vocabulary import ContractType, Standing, TimesheetState
from tests import trade
from tests.trade import Ground, day

D = Decimal
TODAY = day("30/06/2025")


def refused(session: Session, match: str) -> "pytest.RaisesExc[HoursRefused]":
    """The refusal to come, of a session that holds nothing unwritten."""
    session.commit()
    return pytest.raises(HoursRefused, match=match)


def nothing_written(session: Session, sheets: int) -> None:
    """The verb refused before it wrote: even a commit leaves things as they were."""
    session.commit()
    assert session.scalar(select(func.count(Timesheet.id))) == sheets
    assert list(verdicts.drift(session)) == []


def declare(
    session: Session, ground: Ground, first: str, last: str, worked: str, on: str = "30/06/2025"
) -> declarations.Declared:
    return declarations.declare(
        session,
        ground.contract,
        from_on=day(first),
        to_on=day(last),
        worked=D(worked),
        on=day(on),
        by=None,
    )


def correct(
    session: Session, ground: Ground, old: Timesheet, worked: str, parts: list[Part] | None = None
) -> Timesheet:
    return declarations.correct(
        session,
        ground.contract,
        old,
        "Relevé de la paie",
        from_on=old.from_on,
        to_on=old.to_on,
        worked=D(worked),
        parts=parts,
        on=TODAY,
        by=None,
    ).timesheet


def totals(session: Session, ground: Ground) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Declared, retained, awaiting, refused: what the lot shows once everything is committed."""
    session.commit()
    assert list(verdicts.drift(session)) == []
    stood = statements.of_lot(session, ground.lot.id, TODAY)
    assert stood.declared == stood.retained + stood.unretained + stood.awaiting + stood.refused
    return stood.declared, stood.retained, stood.awaiting, stood.refused


@pytest.mark.parametrize(
    ("first", "last", "worked", "sentence"),
    [
        ("10/03/2025", "09/03/2025", "10", "La période finit le .*, avant son début"),
        ("15/03/2025", "15/04/2025", "10", "tient dans un seul mois"),
        ("01/07/2025", "31/07/2025", "10", "Le mois de juillet.2025 n’est pas commencé"),
        ("01/01/2025", "31/01/2025", "10", "Le contrat court du .*, sans date de fin\u00a0: la période est en dehors"),
        ("01/03/2025", "31/03/2025", "-1", "ne peut pas être négatif"),
        ("01/03/2025", "31/03/2025", "250.01", "totaliserait 250,01.h en mars.2025"),
    ],
)  # fmt: skip
def test_an_implausible_relevé_is_refused_with_its_sentence(
    session: Session, first: str, last: str, worked: str, sentence: str
) -> None:
    ground = trade.market(session)
    with refused(session, sentence):
        declare(session, ground, first, last, worked)
    nothing_written(session, 0)


def test_training_never_exceeds_the_hours_worked(session: Session) -> None:
    ground = trade.market(session)
    with refused(session, "La formation .* dépasse les heures"):
        trade.declared(session, ground.contract, "01/03/2025", "31/03/2025", "10", training="11")
    nothing_written(session, 0)


def test_a_second_relevé_over_the_same_days_is_refused(session: Session) -> None:
    ground = trade.market(session)
    trade.month(session, ground.contract, "03/2025", "100")
    with refused(session, "Un relevé existe déjà du 1er mars 2025 au 31 mars 2025|Un relevé existe déjà"):
        declare(session, ground, "31/03/2025", "31/03/2025", "1")
    nothing_written(session, 1)


def test_a_month_without_a_day_of_the_contract_has_no_default_period(session: Session) -> None:
    ground = trade.market(session)
    assert declarations.default_period(ground.contract, day("10/02/2025")) == (
        day("01/02/2025"),
        day("28/02/2025"),
    )
    with refused(session, "ne court pas en janvier.2025"):
        declarations.default_period(ground.contract, day("15/01/2025"))


def test_the_ceiling_is_that_of_the_person_over_all_contracts(session: Session) -> None:
    ground = trade.market(session)
    other = trade.work(
        session, ground.person, ground.award, trade.siae(session), ContractType.cddi, "01/02/2025", "30/06/2025"
    )  # fmt: skip
    trade.declared(session, other.contract, "01/03/2025", "31/03/2025", "150")
    with refused(session, "totaliserait 250,01"):
        declare(session, ground, "01/03/2025", "31/03/2025", "100.01")
    nothing_written(session, 1)
    warned = declare(session, ground, "01/03/2025", "31/03/2025", "100")
    assert "totalise 250,00\u00a0h" in warned.warnings[0]


def test_hours_beyond_the_contract_are_written_with_a_warning(session: Session) -> None:
    ground = trade.market(session)
    warned = declare(session, ground, "01/03/2025", "31/03/2025", "187")
    assert warned.warnings == (
        "187,00\u00a0h dépassent ce que donne le contrat sur la période (155,00\u00a0h).",
    )
    assert declare(session, ground, "01/04/2025", "30/04/2025", "151.67").warnings == ()


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ([("60", "0"), ("41", "0")], "Les parts dépassent les heures du relevé"),
        ([("60", "5"), ("40", "6")], "La formation des parts dépasse"),
        ([("60", "0"), ("-1", "0")], "Une part compte au moins 0 heure"),
        ([("60", "0"), ("5", "6")], "pas plus de formation que d’heures"),
    ],
)
def test_parts_never_exceed_the_relevé(session: Session, parts: list[tuple[str, str]], sentence: str) -> None:
    ground = trade.market(session)
    other = trade.lot(session, ground.territory)
    second = trade.serves(
        session, ground.person, trade.award(session, other, ground.company), ground.contract, "01/02/2025",
        mode=trade.PlacementMode.embauche_directe,
    )  # fmt: skip
    chosen = [
        Part(placement.id, D(hours), D(training))
        for placement, (hours, training) in zip((ground.placement, second), parts, strict=True)
    ]
    with refused(session, sentence):
        trade.declared(
            session, ground.contract, "01/03/2025", "31/03/2025", "100", training="10", parts=chosen
        )
    nothing_written(session, 0)


def test_two_parts_for_one_place_are_refused(session: Session) -> None:
    ground = trade.market(session)
    chosen = [Part(ground.placement.id, D(10)), Part(ground.placement.id, D(20))]
    with refused(session, "Deux parts vont à la même mise à l’emploi"):
        trade.declared(session, ground.contract, "01/03/2025", "31/03/2025", "100", parts=chosen)
    nothing_written(session, 0)


def test_a_contract_of_several_placements_must_say_where_its_hours_go(session: Session) -> None:
    ground = trade.market(session)
    other = trade.award(session, trade.lot(session, ground.territory), ground.company)
    trade.serves(
        session, ground.person, other, ground.contract, "01/02/2025", mode=trade.PlacementMode.embauche_directe
    )  # fmt: skip
    with refused(session, "sert plusieurs mises à l’emploi"):
        declare(session, ground, "01/03/2025", "31/03/2025", "100")
    nothing_written(session, 0)


def test_a_part_for_a_placement_of_another_contract_is_refused(session: Session) -> None:
    ground, elsewhere = trade.market(session), trade.market(session)
    with refused(session, "que ce contrat ne sert pas"):
        trade.declared(
            session, ground.contract, "01/03/2025", "31/03/2025", "10", parts=[Part(elsewhere.placement.id, D(10))]
        )  # fmt: skip
    nothing_written(session, 0)


def test_a_contract_without_placement_cannot_declare(session: Session) -> None:
    ground = trade.market(session)
    alone = declarations.Contract(
        territory_id=ground.territory.id,
        person_id=ground.person.id,
        employer_id=ground.company.id,
        type=ContractType.cdi,
        from_on=day("01/01/2025"),
        weekly_hours=D(35),
        created_at=ground.contract.created_at,
    )
    session.add(alone)
    with refused(session, "ne sert aucune mise à l’emploi confirmée"):
        trade.declared(session, alone, "01/03/2025", "31/03/2025", "10")
    nothing_written(session, 0)


def test_hours_go_to_a_lot_where_nobody_worked_only_under_an_agreement(session: Session) -> None:
    ground = trade.market(session)
    other = trade.lot(session, ground.territory, hours="500")
    of_other = trade.award(session, other, ground.company)
    parts = [Part(ground.placement.id, D(60)), Part(ground.placement.id, D(40), lot_id=other.id)]
    with refused(session, "Aucune globalisation ne réunit"):
        trade.declared(session, ground.contract, "01/03/2025", "31/03/2025", "100", parts=parts)
    nothing_written(session, 0)
    agreement = Globalisation(
        territory_id=ground.territory.id, company_id=ground.company.id, effective_on=day("01/03/2025")
    )
    session.add(agreement)
    session.flush()
    consent = GlobalisationLot(globalisation_id=agreement.id, lot_id=other.id, consented_on=None)
    session.add(consent)
    with refused(session, "Aucune globalisation ne réunit"):
        trade.declared(session, ground.contract, "01/03/2025", "31/03/2025", "100", parts=parts)
    consent.consented_on = day("01/03/2025")
    with refused(session, "Aucune globalisation ne réunit"):  # the lot really worked on is not part of it
        trade.declared(session, ground.contract, "01/03/2025", "31/03/2025", "100", parts=parts)
    session.add(GlobalisationLot(globalisation_id=agreement.id, lot_id=ground.lot.id))
    session.commit()
    trade.validated(session, ground.contract, "01/03/2025", "31/03/2025", "100", parts=parts)
    session.commit()
    assert statements.of_lot(session, ground.lot.id, TODAY).retained == D(60)
    assert statements.of_lot(session, other.id, TODAY).awards[0].award_id == of_other.id
    assert statements.of_lot(session, other.id, TODAY).retained == D(40)


def test_a_validated_relevé_counts_until_its_correction_is_validated(session: Session) -> None:
    ground = trade.market(session)
    old = trade.month(session, ground.contract, "03/2025", "140")
    again = correct(session, ground, old, "120")
    assert totals(session, ground) == (D(140), D(140), D(0), D(0))
    validations.validate(session, again, on=TODAY, by=None)
    assert totals(session, ground) == (D(120), D(120), D(0), D(0))
    assert old.state == TimesheetState.replaced


def test_a_refused_correction_is_in_no_total_now_or_later(session: Session) -> None:
    ground = trade.market(session)
    old = trade.month(session, ground.contract, "03/2025", "140")
    wrong = correct(session, ground, old, "10")
    validations.refuse(session, wrong, "Relevé d’une autre personne", on=TODAY, by=None)
    assert totals(session, ground) == (D(140), D(140), D(0), D(0))
    right = correct(session, ground, old, "120")
    validations.validate(session, right, on=TODAY, by=None)
    assert totals(session, ground) == (D(120), D(120), D(0), D(0))


def test_a_refused_correction_can_itself_be_corrected(session: Session) -> None:
    ground = trade.market(session)
    old = trade.month(session, ground.contract, "03/2025", "140")
    wrong = correct(session, ground, old, "10")
    validations.refuse(session, wrong, "Relevé d’une autre personne", on=TODAY, by=None)
    right = correct(session, ground, wrong, "120")
    assert totals(session, ground) == (D(140), D(140), D(0), D(0))
    validations.validate(session, right, on=TODAY, by=None)
    assert totals(session, ground) == (D(120), D(120), D(0), D(0))


def test_a_correction_that_waits_can_be_corrected_and_only_the_last_one_counts(
    session: Session,
) -> None:
    ground = trade.market(session)
    old = trade.month(session, ground.contract, "03/2025", "140")
    first = correct(session, ground, old, "120")
    last = correct(session, ground, first, "110")
    assert totals(session, ground) == (D(140), D(140), D(0), D(0))
    assert (first.state, last.replaces_id) == (TimesheetState.replaced, old.id)
    validations.validate(session, last, on=TODAY, by=None)
    assert totals(session, ground) == (D(110), D(110), D(0), D(0))


def test_what_nobody_validated_is_replaced_at_once(session: Session) -> None:
    ground = trade.market(session)
    old = trade.declared(session, ground.contract, "01/03/2025", "31/03/2025", "140")
    validations.refuse(session, old, "Manque la semaine 12", on=TODAY, by=None)
    assert totals(session, ground) == (D(140), D(0), D(0), D(140))
    correct(session, ground, old, "150")
    assert totals(session, ground) == (D(150), D(0), D(150), D(0))


def test_a_relevé_that_is_replaced_or_being_corrected_is_left_alone(session: Session) -> None:
    ground = trade.market(session)
    old = trade.month(session, ground.contract, "03/2025", "140")
    again = correct(session, ground, old, "120")
    with refused(session, "Une correction de ce relevé attend déjà sa validation"):
        correct(session, ground, old, "100")
    with refused(session, "corrige un relevé validé et attend sa validation"):
        declarations.split(session, ground.contract, again, day("10/03/2025"), D(10), on=TODAY, by=None)
    validations.validate(session, again, on=TODAY, by=None)
    with refused(session, "a déjà été remplacé"):
        correct(session, ground, old, "100")
    nothing_written(session, 2)


def test_a_refused_correction_changes_nothing(session: Session) -> None:
    ground = trade.market(session)
    old = trade.declared(session, ground.contract, "01/03/2025", "31/03/2025", "140")
    with refused(session, "Les parts dépassent"):
        correct(session, ground, old, "100", [Part(ground.placement.id, D(101))])
    nothing_written(session, 1)
    assert old.state == TimesheetState.declared


def test_shares_are_never_guessed_when_a_shared_out_relevé_is_corrected(session: Session) -> None:
    ground = trade.market(session)
    half = [Part(ground.placement.id, D(70))]
    old = trade.validated(session, ground.contract, "01/03/2025", "31/03/2025", "140", parts=half)
    waiting = correct(session, ground, old, "120")
    assert not shares.parts(session, waiting)
    assert totals(session, ground) == (D(70), D(70), D(0), D(0))
    correct(session, ground, waiting, "120", [Part(ground.placement.id, D(60))])
    assert totals(session, ground)[1] == D(70)


@pytest.mark.parametrize(
    ("at", "hours", "sentence"),
    [
        ("01/03/2025", "10", "Le partage se fait entre le"),
        ("01/04/2025", "10", "Le partage se fait entre le"),
        ("10/03/2025", "141", "La première partie compte de 0 à 140,00"),
        ("10/03/2025", "-1", "La première partie compte de 0 à 140,00"),
    ],
)
def test_a_split_stays_inside_the_relevé(session: Session, at: str, hours: str, sentence: str) -> None:
    ground = trade.market(session)
    old = trade.month(session, ground.contract, "03/2025", "140")
    with refused(session, sentence):
        declarations.split(session, ground.contract, old, day(at), D(hours), on=TODAY, by=None)
    nothing_written(session, 1)
    assert old.state == TimesheetState.validated


def test_a_split_keeps_the_state_and_every_cent_of_two_shares_with_training(session: Session) -> None:
    ground = trade.market(session)
    other = trade.lot(session, ground.territory)
    second = trade.serves(
        session, ground.person, trade.award(session, other, ground.company), ground.contract, "01/02/2025",
        mode=trade.PlacementMode.embauche_directe,
    )  # fmt: skip
    parts = [Part(ground.placement.id, D("33.33"), D("3.33")), Part(second.id, D("66.66"), D("6.67"))]
    old = trade.validated(
        session, ground.contract, "01/03/2025", "31/03/2025", "100", training="10", parts=parts
    )
    pair = declarations.split(session, ground.contract, old, day("11/03/2025"), D("33.35"), on=TODAY, by=None)
    session.commit()
    assert [each.state for each in pair] == [TimesheetState.validated] * 2
    assert [each.worked for each in pair] == [D("33.35"), D("66.65")]
    assert sum(each.training for each in pair) == D(10)
    for lot, hours in ((ground.lot, "33.33"), (other, "66.66")):
        kept = session.execute(
            select(func.sum(Share.hours), func.sum(Share.training)).where(
                Share.lot_id == lot.id, Share.standing == Standing.counted
            )
        ).one()
        assert kept[0] == D(hours)
        assert statements.of_lot(session, lot.id, TODAY).retained == D(hours)
    assert list(verdicts.drift(session)) == []


CENTS = st.integers(0, 30_000).map(lambda cents: D(cents) / 100)


@st.composite
def relevés(draw: st.DrawFn) -> tuple[Decimal, Decimal, list[Part], Decimal]:
    """Hours, training, parts of both, and the hours of the first piece."""
    worked = draw(CENTS)
    training = draw(CENTS.filter(lambda each: each <= worked) | st.just(worked))
    left, left_training, parts = worked, training, []
    for placement in range(draw(st.integers(0, 4))):
        hours = min(draw(CENTS), left)
        trained = min(draw(CENTS), hours, left_training)
        parts.append(Part(placement, hours, trained))
        left, left_training = left - hours, left_training - trained
    return worked, training, parts, min(draw(CENTS), worked)


@given(relevés())
def test_a_cut_loses_nothing_and_each_piece_holds_its_parts(
    relevé: tuple[Decimal, Decimal, list[Part], Decimal],
) -> None:
    worked, training, parts, first_hours = relevé
    first, rest = shares.cut(worked, training, parts, first_hours)
    assert (first.worked, first.worked + rest.worked) == (first_hours, worked)
    assert first.training + rest.training == training
    for whole, one, other in zip(parts, first.parts, rest.parts, strict=True):
        assert one.hours + other.hours == whole.hours
        assert one.training + other.training == whole.training
    for piece in (first, rest):
        assert all(0 <= part.training <= part.hours for part in piece.parts)
        assert sum(part.hours for part in piece.parts) <= piece.worked
        assert sum(part.training for part in piece.parts) <= piece.training <= piece.worked


def test_nil_is_said_once_and_never_beside_hours(session: Session) -> None:
    ground = trade.market(session)
    first = declarations.declare_nil(session, ground.award, day("15/03/2025"), on=TODAY, by=None)
    again = declarations.declare_nil(session, ground.award, day("01/03/2025"), on=TODAY, by=None)
    assert first.id == again.id
    trade.month(session, ground.contract, "04/2025", "100")
    with refused(session, "Des heures sont déjà déclarées pour avril.2025"):
        declarations.declare_nil(session, ground.award, day("01/04/2025"), on=TODAY, by=None)
    with refused(session, "Le mois de juillet.2025 n’est pas commencé"):
        declarations.declare_nil(session, ground.award, day("01/07/2025"), on=TODAY, by=None)
    assert session.scalar(select(func.count(NilDeclaration.id))) == 1


def test_zero_hours_are_a_relevé_of_their_own(session: Session) -> None:
    ground = trade.market(session)
    trade.month(session, ground.contract, "03/2025", "0")
    assert totals(session, ground) == (D(0), D(0), D(0), D(0))
    assert session.scalar(select(func.count(Timesheet.id))) == 1
    declarations.declare_nil(session, ground.award, day("01/03/2025"), on=TODAY, by=None)


def test_hours_declared_later_take_the_place_of_a_nil(session: Session) -> None:
    ground = trade.market(session)
    declarations.declare_nil(session, ground.award, day("01/03/2025"), on=TODAY, by=None)
    declarations.declare_nil(session, ground.award, day("01/02/2025"), on=TODAY, by=None)

    trade.month(session, ground.contract, "03/2025", "100")

    assert list(session.scalars(select(NilDeclaration.month))) == [day("01/02/2025")]


def test_two_corrections_of_one_relevé_never_wait_together(session: Session) -> None:
    ground = trade.market(session)
    sheet = trade.month(session, ground.contract, "03/2025", "100")
    refused_one = correct(session, ground, sheet, "90")
    validations.refuse(session, refused_one, "Feuille illisible", on=TODAY, by=None)
    correct(session, ground, sheet, "80")

    with refused(session, "attend déjà sa validation"):
        correct(session, ground, refused_one, "70")
