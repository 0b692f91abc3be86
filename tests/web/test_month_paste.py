"""A month pasted from a spreadsheet, signed in or by a link: looked over, mended on the spot, put into the draft."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from facilitator import journal, links
from facilitator.hours import Timesheet
from facilitator.month_drafts import DraftHours
from facilitator.remembered_names import RememberedName
from facilitator.vocabulary import ContractType, MembershipRole
from tests import builders, months, trade
from tests.forms_in_pages import Browser, page_of, text_of
from tests.months import Etti

ADDRESS = "/heures/mois/2026-04/coller"


@dataclass(frozen=True)
class Pasting:
    """The ETTI of scenario 6 in front of its spreadsheet."""

    client: Browser
    session: Session
    scene: Etti

    def name(self, person: int) -> str:
        return self.scene.people[person - 1].last_name

    def paste(self, text: str, status: int = 200, address: str = ADDRESS) -> TestResponse:
        answer = self.client.submit(self.client.get(address), {"text": text})
        assert answer.status_code == status, text_of(answer)[:600]
        return answer

    def report(
        self, page: TestResponse, values: dict[str, Any] | None = None, status: int = 303
    ) -> TestResponse:
        answer = self.client.submit(page, values or {}, form="collage")
        assert answer.status_code == status, text_of(answer)[:600]
        return answer

    def draft(self) -> list[str]:
        self.session.expire_all()
        return sorted(row.text for row in self.session.scalars(select(DraftHours)))

    def count(self, model: Any) -> int:
        return self.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def pasting(client: Browser, session: Session) -> Pasting:
    scene = months.etti(session)
    assert (
        builders.sign_in(
            client, builders.user(session, MembershipRole.siae, organisation=scene.etti)
        ).status_code
        == 303
    )
    return Pasting(client, session, scene)


def cell(pasting: Pasting, person: int) -> str:
    page = months.page(pasting.session, pasting.scene.etti)
    return months.cells(page, pasting.scene.people[person - 1], pasting.scene.x)[0].name


def test_lines_that_are_understood_go_to_the_draft_and_nothing_is_sent(pasting: Pasting) -> None:
    text = (
        f"Nom\tChantier\tHeures\nCamille {pasting.name(2)}\tlot X\t120\n{pasting.name(3)} Camille\tlot Y\t1.5"
    )
    shown = pasting.paste(text)
    assert pasting.draft() == []
    assert "Rien n’est encore gardé" in text_of(shown)
    done = pasting.report(shown)
    assert done.location == "/heures/mois/2026-04"
    assert pasting.draft() == ["1,50", "120,00"]
    assert pasting.count(Timesheet) == 0
    page = pasting.client.get(done.location)
    assert "2 lignes reportées dans le brouillon" in text_of(page)
    assert pasting.report(shown).location == done.location  # the same sending: one effect
    assert pasting.count(DraftHours) == 2


def test_doubtful_lines_are_chosen_on_the_spot_and_remembered(pasting: Pasting) -> None:
    shown = pasting.paste("la grande\tle bas\t120")
    refused = pasting.report(shown, status=422)
    assert "Choisissez à qui et où vont ces heures" in text_of(refused)
    assert pasting.draft() == []
    pasting.report(refused, {"cell_1": cell(pasting, 2)})
    assert pasting.draft() == ["120,00"]
    again = pasting.paste("La Grande;Le bas;99")
    assert "1 ligne comprise" in text_of(again)
    assert page_of(again).xpath("//input[@name='cell_1']/@value") == [cell(pasting, 2)]


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ("1,2,3", "ne se lit pas comme un nombre"),
        ("-3", "est négatif"),
        ("", "Les heures manquent"),
        ("Infinity", "ne se lit pas comme un nombre"),
    ],
)
def test_a_line_that_is_wrong_says_why_and_is_mended(pasting: Pasting, hours: str, sentence: str) -> None:
    shown = pasting.paste(f"Camille {pasting.name(2)};lot X;{hours}\nCamille {pasting.name(3)};lot X;5")
    assert sentence in text_of(shown)
    kept = pasting.report(shown, {"skip_1": False}, status=422)
    assert sentence in text_of(kept)
    assert page_of(kept).xpath("//input[@name='hours_1']/@value") == [hours]
    assert pasting.draft() == []
    pasting.report(kept, {"hours_1": "63"})
    assert pasting.draft() == ["5,00", "63,00"]


def test_two_lines_for_one_cell_are_told_and_one_may_be_left_out(pasting: Pasting) -> None:
    line = f"Camille {pasting.name(2)};lot X;"
    shown = pasting.paste(f"{line}5\n{line}6")
    assert "La ligne 1 donne déjà des heures" in text_of(shown)
    refused = pasting.report(shown, {"cell_2": cell(pasting, 2)}, status=422)
    assert "gardez l’une des deux" in text_of(refused)
    pasting.report(refused, {"skip_1": True})
    assert pasting.draft() == ["6,00"]


def test_nothing_left_is_refused(pasting: Pasting) -> None:
    shown = pasting.paste(f"Camille {pasting.name(2)};lot X;5")
    refused = pasting.report(shown, {"skip_1": True}, status=422)
    assert "aucune ligne à reporter" in text_of(refused)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (" \n ", "Renseignez ce champ"),
        ("Camille\t1 85 05 78 006 084 91\t12", "sécurité sociale"),
        ("x" * 60_001, "gardez-en au plus"),
        ("a\tb\t1\n" * 500, "au plus 400 à la fois"),
        ("Nom;Heures", "sous les titres, collez une ligne par personne"),
        ("Camille", "Aucune ligne ne se lit. Ligne 1 : une seule colonne"),
    ],
)
def test_a_paste_that_cannot_be_read_is_refused_and_kept(pasting: Pasting, text: str, sentence: str) -> None:
    token = page_of(pasting.client.get(ADDRESS)).xpath("//input[@name='csrf_token']/@value")[0]
    answer = pasting.client.post(ADDRESS, data={"csrf_token": token, "text": text})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert pasting.draft() == []


def test_invisible_characters_of_a_spreadsheet_are_left_aside(pasting: Pasting) -> None:
    token = page_of(pasting.client.get(ADDRESS)).xpath("//input[@name='csrf_token']/@value")[0]
    text = f"Camille\x0b{pasting.name(2)}\tlot X\x00\t12"
    shown = pasting.client.post(ADDRESS, data={"csrf_token": token, "text": text})
    pasting.report(shown)
    assert pasting.draft() == ["12,00"]


def test_a_siret_is_no_social_security_number(pasting: Pasting) -> None:
    pasting.paste(f"Camille {pasting.name(2)}\t{trade.siret(7)}\t12")


def test_a_social_security_number_slipped_in_afterwards_is_refused_too(pasting: Pasting) -> None:
    shown = pasting.paste(f"Camille {pasting.name(2)};lot X;5")
    pasting.report(shown, {"name_1": "1 85 05 78 006 084 91"}, status=422)
    assert (pasting.draft(), pasting.count(RememberedName)) == ([], 0)


def test_the_cell_of_another_organisation_is_not_one(pasting: Pasting) -> None:
    other = months.etti(pasting.session)
    page = months.page(pasting.session, other.etti)
    theirs = months.cells(page, other.people[1], other.x)[0]
    shown = pasting.paste("la grande\tle bas\t120")
    token = page_of(shown).xpath("//input[@name='csrf_token']/@value")[0]
    data = {"csrf_token": token, "lines": "1", "name_1": "la grande", "hours_1": "12", "cell_1": theirs.name}
    answer = pasting.client.post(f"{ADDRESS}/reporter", data=data)
    assert answer.status_code == 422
    assert pasting.draft() == []


def test_two_hundred_lines_at_once(pasting: Pasting) -> None:
    session, scene = pasting.session, pasting.scene
    people = [trade.person(session, scene.territory, "01/06/2025") for _ in range(30)]
    for person in people:
        trade.work(session, person, scene.x, scene.etti, ContractType.ctt, "01/04/2026", "30/04/2026")
    session.commit()
    rows = [f"{each.last_name} Camille\tlot X\t{n}" for n, each in enumerate(people, 1)]
    rows += [f"Inconnu {n}\tlot X\t1" for n in range(170)]
    shown = pasting.paste("\n".join(rows))
    watch = pasting.client.watch
    assert watch is not None
    assert watch.selects <= 20
    pasting.report(shown, {f"skip_{n}": True for n in range(31, 201)})
    assert len(pasting.draft()) == 30


def test_by_its_link_a_month_is_pasted_too(pasting: Pasting) -> None:
    session, scene = pasting.session, pasting.scene
    person = trade.person(session, scene.territory, "01/01/2026")
    trade.work(session, person, scene.x, scene.etti, ContractType.ctt, "01/10/2026", "31/12/2026")
    token = links.issue_declaration(
        *(session, scene.etti.id, date(2026, 10, 1), "agence@demo.example"),
        at=journal.now(),
        territory_id=scene.territory.id,
    )
    session.commit()
    pasting.client.delete_cookie("facilitator")
    address = f"/declaration/{token}/coller"
    done = pasting.report(pasting.paste(f"{person.last_name};;63", address=address))
    assert done.location == f"/declaration/{token}"
    assert pasting.draft() == ["63,00"]
    assert session.scalars(select(DraftHours.typed_by)).one() == "agence@demo.example"
    assert pasting.client.get(address.replace(token, token[:-1])).status_code == 404
    links.revoke(session, links.DECLARANT, scene.etti.id, at=journal.now())
    assert pasting.client.get(address).status_code == 410


def test_a_stranger_reads_nothing(pasting: Pasting) -> None:
    stranger = trade.siae(pasting.session)
    builders.sign_in_again(
        pasting.client, builders.user(pasting.session, MembershipRole.siae, organisation=stranger)
    )
    page = pasting.client.submit(pasting.client.get(ADDRESS), {"text": f"Camille {pasting.name(2)};lot X;5"})
    assert "lot X" in text_of(page)
    assert not page_of(page).xpath("//option[starts-with(@value, 'h-')]")
