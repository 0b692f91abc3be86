"""Eligibility: a fiche is decided once, on proofs; windows of one person never overlap."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilitator import eligibility, people, statements, verdicts
from facilitator.eligibility import Proof
from facilitator.people import (
    Eligibility,
    EligibilityCriterion,
    Person,
    PersonRefused,
    Window,
    WindowAdjustment,
)
from facilitator.vocabulary import ContractType, Criterion, EligibilityState, Reason
from tests import trade
from tests.trade import day

D = Decimal
RSA = Proof(Criterion.rsa, determining=True)
ON = day("01/03/2025")


def asked(session: Session, **parameters: str) -> Eligibility:
    person = trade.person(session, trade.territory(session, **parameters))
    return eligibility.request(session, person, requested_on=ON, by=None)


def count(session: Session, what: type) -> int:
    session.commit()
    return session.scalar(select(func.count()).select_from(what)) or 0


@pytest.mark.parametrize(
    ("proofs", "sentence"),
    [
        ([], "Aucun critère n’est indiqué"),
        ([Proof(Criterion.rsa)], "un critère déterminant, et un seul"),
        ([RSA, Proof(Criterion.deld, determining=True)], "un critère déterminant, et un seul"),
        ([RSA, Proof(Criterion.rsa)], "Un critère figure deux fois"),
        (
            [Proof(Criterion.rsa, determining=True, valid_until=day("28/02/2025"))],
            "n’était plus valable à la date d’effet",
        ),
    ],
)
def test_a_fiche_rests_on_proofs(session: Session, proofs: list[Proof], sentence: str) -> None:
    fiche = asked(session)
    with pytest.raises(PersonRefused, match=sentence):
        eligibility.validate(session, fiche, proofs, decided_on=ON, effective_on=ON, by=None)
    assert (count(session, Window), count(session, EligibilityCriterion)) == (0, 0)
    assert fiche.state == EligibilityState.received


def test_a_fiche_takes_effect_before_its_decision_only_within_the_limit_and_with_a_reason(
    session: Session,
) -> None:
    fiche = asked(session)
    for effective, reason, sentence in (
        ("13/02/2025", "Preuve retrouvée", "de plus de 15 jours.*à partir du 14"),
        ("14/02/2025", None, "Indiquez pourquoi"),
    ):
        with pytest.raises(PersonRefused, match=sentence):
            eligibility.validate(
                session, fiche, [RSA], decided_on=ON, effective_on=day(effective),
                backdating_reason=reason, by=None,
            )  # fmt: skip
    assert count(session, Window) == 0
    eligibility.validate(
        session, fiche, [RSA], decided_on=ON, effective_on=day("14/02/2025"),
        backdating_reason="Preuve retrouvée", by=None,
    )  # fmt: skip
    assert session.scalar(select(Window.from_on)) == day("14/02/2025")


def test_the_limit_of_the_territory_is_that_of_the_day_of_the_decision(session: Session) -> None:
    fiche = asked(session, backdating_days="30")
    eligibility.validate(
        session, fiche, [RSA], decided_on=ON, effective_on=day("30/01/2025"),
        backdating_reason="Preuve retrouvée", by=None,
    )  # fmt: skip
    assert count(session, Window) == 1


def test_a_request_is_completed_then_decided_once(session: Session) -> None:
    fiche = asked(session)
    eligibility.ask_completion(session, fiche, by=None)
    assert fiche.state == EligibilityState.incomplete
    eligibility.refuse(session, fiche, "Hors public", on=ON, by=None)
    assert (fiche.state, fiche.refusal_reason) == (EligibilityState.refused, "Hors public")
    for verb in (
        lambda: eligibility.validate(session, fiche, [RSA], decided_on=ON, effective_on=ON, by=None),
        lambda: eligibility.refuse(session, fiche, "Autre", on=ON, by=None),
        lambda: eligibility.drop(session, fiche, on=ON, by=None),
        lambda: eligibility.ask_completion(session, fiche, by=None),
    ):
        with pytest.raises(PersonRefused, match="est déjà refusée"):
            verb()
    assert count(session, Window) == 0
    dropped = asked(session)
    eligibility.drop(session, dropped, on=ON, by=None)
    assert dropped.state == EligibilityState.dropped


def test_a_second_window_starts_after_the_first_and_says_why(session: Session) -> None:
    person = trade.person(session, trade.territory(session), "10/01/2023", on=day("01/01/2023"))
    with pytest.raises(PersonRefused, match="2023 au 9\u00a0janvier\u00a02025"):
        trade.fiche(session, person, "09/01/2025", window_reason="Nouvelle preuve")
    with pytest.raises(PersonRefused, match="Indiquez pourquoi vous en ouvrez une nouvelle"):
        trade.fiche(session, person, "10/01/2025")
    assert count(session, Window) == 1
    trade.fiche(session, person, "10/01/2025", window_reason="Nouvelle preuve")
    assert count(session, Window) == 2


def test_a_second_window_starts_after_the_extension_of_the_first(session: Session) -> None:
    person = trade.person(session, trade.territory(session), "10/01/2023", on=day("01/01/2023"))
    [window] = session.scalars(select(Window))
    eligibility.adjust(
        session, window, "extension", day("10/01/2025"), day("31/03/2025"), "Fin de formation", by=None
    )
    with pytest.raises(PersonRefused, match="Une nouvelle période commence après celle-ci"):
        trade.fiche(session, person, "31/03/2025", window_reason="Nouvelle preuve")
    trade.fiche(session, person, "01/04/2025", window_reason="Nouvelle preuve")
    with pytest.raises(PersonRefused, match=r"irait jusqu’au .*, mais une autre commence le"):
        eligibility.adjust(
            session, window, "extension", day("01/04/2025"), day("01/04/2025"), "Encore", by=None
        )
    with pytest.raises(PersonRefused, match="mais une autre commence le"):
        eligibility.adjust(
            session, window, "suspension", day("01/02/2023"), day("30/06/2023"), "Maladie", by=None
        )
    assert count(session, WindowAdjustment) == 1


def test_an_adjustment_is_inside_its_window_and_in_order(session: Session) -> None:
    trade.person(session, trade.territory(session), "10/01/2025")
    [window] = session.scalars(select(Window))
    for first, last, sentence in (
        ("01/03/2025", "28/02/2025", "précède le début"),
        ("01/01/2025", "28/02/2025", "La période d’éligibilité commence le"),
    ):
        with pytest.raises(PersonRefused, match=sentence):
            eligibility.adjust(session, window, "suspension", day(first), day(last), "Motif", by=None)
    assert count(session, WindowAdjustment) == 0


def test_a_suspension_takes_its_days_out_and_pushes_the_end(session: Session) -> None:
    ground = trade.market(session, window_months="12")
    [window] = session.scalars(select(Window))  # 01/01/2025 to 31/12/2025
    trade.month(session, ground.contract, "06/2025", "100")
    trade.month(session, ground.contract, "01/2026", "50")
    session.commit()
    assert statements.of_lot(session, ground.lot.id, day("31/01/2026")).retained == D(100)
    eligibility.adjust(
        session, window, "suspension", day("01/06/2025"), day("30/06/2025"), "Maladie", by=None
    )
    session.commit()
    stood = statements.of_lot(session, ground.lot.id, day("31/01/2026"))
    assert (stood.retained, dict(stood.unretained_by_reason)) == (
        D(0),
        {Reason.between_windows: D(100), Reason.to_split: D(50)},
    )
    eligibility.adjust(
        session, window, "extension", day("31/01/2026"), day("31/01/2026"), "Un jour de plus", by=None
    )
    session.commit()
    assert statements.of_lot(session, ground.lot.id, day("31/01/2026")).retained == D(50)
    assert list(verdicts.drift(session)) == []


def test_an_apprentice_counts_for_the_whole_contract(session: Session) -> None:
    ground = trade.market(session, window_months="6")
    apprentice = trade.person(session, ground.territory, "01/01/2025")
    at_work = trade.direct(
        session, apprentice, ground.award, ContractType.apprentissage, "01/06/2025", "31/05/2026"
    )
    trade.month(session, at_work.contract, "05/2026", "100")
    session.commit()
    assert statements.of_lot(session, ground.lot.id, day("31/05/2026")).retained == D(100)


def test_the_same_person_is_registered_once_in_a_territory(session: Session) -> None:
    place, elsewhere = trade.territory(session), trade.territory(session)
    known = {"last_name": "Fictif", "first_name": "Élodie", "birth_on": day("01/02/1990"), "on": ON}
    people.register(session, place.id, by=None, **known)  # type: ignore[arg-type]
    with pytest.raises(PersonRefused, match="est déjà inscrite sur le territoire"):
        people.register(session, place.id, by=None, **(known | {"first_name": "ELODIE"}))  # type: ignore[arg-type]
    with pytest.raises(PersonRefused, match="âge hors de 14 à 99\u00a0ans"):
        people.register(session, place.id, by=None, **(known | {"birth_on": day("02/03/2011")}))  # type: ignore[arg-type]
    assert count(session, Person) == 1
    people.register(session, elsewhere.id, by=None, **known)  # type: ignore[arg-type]
    swapped = people.possible_duplicates(session, place.id, "elodie", "fictif", None)
    assert [each.territory_id for each in swapped] == [place.id]
