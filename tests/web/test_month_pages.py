"""A month declared on its page, signed in or by a link: one submission, what is refused keeps all that was typed."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from facilitator import journal, links, validations
from facilitator.hours import NilDeclaration, Timesheet
from facilitator.journal import AccessLogEntry
from facilitator.links import ActionLink
from facilitator.month_drafts import DraftHours, Key
from facilitator.sendings import Sending
from facilitator.vocabulary import MembershipRole, TimesheetState
from tests import builders, months, trade
from tests.forms_in_pages import Browser, form_in, page_of, text_of
from tests.months import APRIL, TODAY, Etti
from tests.trade import day

D = Decimal
CERTIFIED = {"sender_name": "Camille Démo", "sender_position": "Responsable d’agence", "certified": True}
BUDGET = 15


def field(key: Key) -> str:
    return f"h-{key[0]}-{key[1]}-{key[2]:%Y%m%d}"


@dataclass(frozen=True)
class Declaring:
    """The ETTI of scenario 6 at its page of April 2026."""

    client: Browser
    session: Session
    scene: Etti
    url: str

    def page(self, status: int = 200) -> TestResponse:
        answer = self.client.get(self.url)
        assert answer.status_code == status, text_of(answer)[:800]
        return answer

    def texts(self) -> dict[str, str]:
        return {field(key): text for key, text in months.texts(self.session, self.scene).items()}

    def field(self, person: int, site: str, mission: int = 0) -> str:
        award = self.scene.x if site == "X" else self.scene.y
        return field(months.key(self.session, self.scene, person, award, mission))

    def post(
        self, page: TestResponse, values: dict[str, object], action: str = "", **button: str
    ) -> TestResponse:
        """Press a button of the one form of the page: `action` is its own address, `button` its name and value."""
        form = form_in(page, form="mois")
        for name, value in values.items():
            if isinstance(value, bool):
                form.inputs[name].checked = value
            elif isinstance(value, list):
                form.inputs[name].value = set(value)
            else:
                form.fields[name] = str(value)
        assert form.xpath(
            ".//button[(@formaction=$to or (not(@formaction) and not($to))) and (not($name) or (@name=$name and @value=$value))]",
            to=f"{self.url}/{action}" if action else "",
            name=next(iter(button), ""),
            value=next(iter(button.values()), ""),
        ), "no such button"
        data: dict[str, list[str]] = {}
        for name, value in form.form_values():
            data.setdefault(name, []).append(value)
        return self.client.post(f"{self.url}/{action}" if action else self.url, data={**data, **button})

    def sheets(self) -> list[Timesheet]:
        self.session.expire_all()
        live = (TimesheetState.declared, TimesheetState.validated, TimesheetState.refused)
        return list(
            self.session.scalars(select(Timesheet).where(Timesheet.state.in_(live)).order_by(Timesheet.id))
        )

    def kept(self) -> dict[str, str]:
        self.session.expire_all()
        return {field(row.key): row.text for row in self.session.scalars(select(DraftHours))}


def signed_in(client: Browser, session: Session) -> Declaring:
    scene = months.etti(session)
    builders.sign_in(client, builders.user(session, MembershipRole.siae, organisation=scene.etti))
    return Declaring(client, session, scene, "/heures/mois/2026-04")


def by_link(client: Browser, session: Session) -> Declaring:
    scene = months.etti(session)
    # A link lives until 60 days after its month: this one was sent for a month that is long over on the tests’ day.
    token = links.issue_declaration(
        session,
        scene.etti.id,
        APRIL,
        "agence@demo.example",
        at=journal.now(),
        territory_id=scene.territory.id,
    )
    link = session.scalars(select(ActionLink).order_by(ActionLink.id.desc())).first()
    assert link is not None
    link.expires_at = journal.now().replace(year=2027)
    return Declaring(client, session, scene, f"/declaration/{token}")


@pytest.fixture(params=[signed_in, by_link], ids=["signed-in", "by-link"])
def etti(client: Browser, session: Session, request: pytest.FixtureRequest) -> Declaring:
    """The same page through both doors."""
    opened: Callable[[Browser, Session], Declaring] = request.param
    return opened(client, session)


def test_scenario_6_is_four_rows_two_columns_and_one_submission(etti: Declaring) -> None:
    page = etti.page()
    table = page_of(page).get_element_by_id("grille")
    assert len(table.xpath("./tbody/tr")) == 4
    assert [th.text_content().strip()[:5] for th in table.xpath("./thead/tr/th")][1:3] == ["Lot X", "Lot Y"]
    refused = etti.post(page, etti.texts() | CERTIFIED)
    assert refused.status_code == 422
    third = etti.field(3, "Y")
    [cell] = page_of(refused).xpath("//input[@id=$id]", id=third)
    assert (cell.get("value"), cell.get("aria-invalid")) == ("145", "true")
    [said] = page_of(refused).xpath("//*[@id=$id]", id=f"{third}-refus")
    assert "totaliserait 305,00\u00a0h" in said.text_content()
    assert page_of(refused).xpath("//*[@id='a-corriger']//a[@href=$to]", to=f"#{third}")
    kept = form_in(refused, form="mois").fields
    assert {name: kept[name] for name in etti.texts()} == etti.texts()
    assert (etti.sheets(), etti.kept()) == ([], {})
    sent = etti.post(refused, {third: "140", **CERTIFIED})
    assert sent.status_code == 303
    assert sum(sheet.worked for sheet in etti.sheets()) == D(63 + 63 + 120 + 110 + 160 + 140 + 98)
    assert etti.session.scalar(select(func.count()).select_from(Sending)) == 1
    told = text_of(etti.page())
    assert "Cette personne totalise 230,00 h" in told
    assert "Camille Démo (Responsable d’agence), certifié exact" in told


def test_one_site_goes_alone_and_the_rest_waits_in_the_draft(etti: Declaring) -> None:
    sent = etti.post(etti.page(), etti.texts() | CERTIFIED, site=str(etti.scene.x.id))
    assert sent.status_code == 303
    assert sum(sheet.worked for sheet in etti.sheets()) == D(441)
    assert sorted(etti.kept().values()) == ["110", "145", "28", "35"]
    refused = etti.post(etti.page(), CERTIFIED, site=str(etti.scene.y.id))
    assert refused.status_code == 422
    assert "totaliserait 305,00" in text_of(refused)
    assert sum(sheet.worked for sheet in etti.sheets()) == D(441)


def test_a_draft_survives_the_sitting_even_wrong(etti: Declaring) -> None:
    name = etti.field(2, "X")
    assert etti.post(etti.page(), {name: "1,2,3", "comment": "À finir"}, "brouillon").status_code == 303
    assert etti.kept() == {name: "1,2,3"}
    again = etti.page()
    form = form_in(again, form="mois")
    assert (form.fields[name], form.fields["comment"].strip()) == ("1,2,3", "À finir")
    assert "ne se lit pas comme un nombre" in text_of(again)
    assert etti.sheets() == []


def test_last_month_is_taken_in_one_click_and_never_sent(etti: Declaring) -> None:
    session, scene = etti.session, etti.scene
    person = trade.person(session, scene.territory, "01/01/2026")
    work = trade.work(
        session, person, scene.x, scene.etti, trade.ContractType.cddi, "01/03/2026", "31/05/2026"
    )
    trade.month(session, work.contract, "03/2026", "133.5")
    done = etti.post(etti.page(), {etti.field(2, "X"): "7"}, "reprendre", quoi="tout")
    assert done.status_code == 303
    assert sorted(etti.kept().values()) == ["133,50", "7"]
    assert len(etti.sheets()) == 1, "March only"
    assert "1 case mise à la valeur du mois précédent" in text_of(etti.page())


@pytest.mark.parametrize(("what", "filled"), [("tout", 11), ("row", 2), ("site", 4)])
def test_neant_in_one_click_for_a_row_a_site_or_everything(etti: Declaring, what: str, filled: int) -> None:
    about = {"row": f"ligne-{etti.scene.people[1].id}", "site": f"site-{etti.scene.y.id}"}.get(what, what)
    done = etti.post(etti.page(), {}, "neant", quoi=about)
    assert done.status_code == 303
    assert list(etti.kept().values()) == ["0"] * filled
    sent = etti.post(etti.page(), CERTIFIED)
    assert sent.status_code == 303
    assert [sheet.worked for sheet in etti.sheets()] == [D(0)] * filled


def test_what_is_typed_is_never_overwritten_by_a_click(etti: Declaring) -> None:
    name = etti.field(2, "X")
    etti.post(etti.page(), {name: "12"}, "neant", quoi=f"ligne-{etti.scene.people[1].id}")
    assert etti.kept() == {name: "12", etti.field(2, "Y"): "0"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1,2,3", "ne se lit pas comme un nombre"),
        ("-7", "est négatif"),
        ("12,345", "plus de deux décimales"),
        ("301", "plafond est de 300,00"),
        ("NaN", "ne se lit pas"),
    ],
)
def test_bad_hours_have_their_sentence_and_nothing_is_written(
    etti: Declaring, text: str, sentence: str
) -> None:
    good, bad = etti.field(2, "X"), etti.field(3, "X")
    refused = etti.post(etti.page(), {good: "120", bad: text, **CERTIFIED})
    assert refused.status_code == 422
    [said] = page_of(refused).xpath("//*[@id=$id]", id=f"{bad}-refus")
    assert sentence in said.text_content()
    kept = form_in(refused, form="mois").fields
    assert (kept[good], kept[bad], kept["sender_name"]) == ("120", text, "Camille Démo")
    assert (etti.sheets(), etti.kept()) == ([], {})


def test_what_is_not_certified_or_not_signed_does_not_leave(etti: Declaring) -> None:
    name = etti.field(2, "X")
    for lacking, said in (
        ({"certified": False}, "Cochez cette case"),
        ({"sender_name": " "}, "Renseignez ce champ"),
    ):
        refused = etti.post(etti.page(), {name: "120", **CERTIFIED, **lacking})
        assert refused.status_code == 422
        assert said in text_of(refused)
        assert form_in(refused, form="mois").fields[name] == "120"
    assert etti.sheets() == []


def test_a_cell_of_somebody_else_is_refused_without_telling_whose(etti: Declaring) -> None:
    other = months.etti(etti.session)
    foreign = field(months.key(etti.session, other, 2, other.x))
    page = etti.page()
    data = dict(form_in(page, form="mois").form_values()) | {
        foreign: "12",
        "certified": "y",
        "sender_name": "Alix",
    }
    for action in ("", "/brouillon"):
        refused = etti.client.post(etti.url + action, data=data)
        assert refused.status_code == 422
        assert "n’existe pas ou n’existe plus" in text_of(refused)
        assert "« 12 »" in text_of(refused)
    assert (etti.sheets(), etti.kept()) == ([], {})


def test_the_same_sending_twice_is_one(etti: Declaring) -> None:
    page = etti.page()
    values = {etti.field(2, "X"): "120", **CERTIFIED}
    first = etti.post(page, values)
    assert etti.post(page, values).location == first.location
    assert etti.session.scalar(select(func.count()).select_from(Sending)) == 1
    assert len(etti.sheets()) == 1


def test_two_people_the_second_reads_both_versions_before_sending(etti: Declaring) -> None:
    name, page = etti.field(2, "X"), etti.page()
    etti.post(etti.page(), {name: "99"}, "brouillon")
    conflict = etti.post(page, {name: "120", **CERTIFIED})
    assert conflict.status_code == 409
    assert "entre-temps : 99" in text_of(conflict)
    assert form_in(conflict, form="mois").fields[name] == "120"
    assert etti.sheets() == []
    assert etti.post(conflict, CERTIFIED).status_code == 303
    assert [sheet.worked for sheet in etti.sheets()] == [D(120)]


def test_a_refused_line_is_mended_where_its_reason_stands(etti: Declaring) -> None:
    name = etti.field(2, "X")
    etti.post(etti.page(), {name: "120", **CERTIFIED})
    validations.refuse(etti.session, etti.sheets()[0], "Absent le 29", on=TODAY, by=None)
    page = etti.page()
    assert "Absent le 29" in text_of(page)
    assert etti.post(page, {name: "113", **CERTIFIED}).status_code == 303
    assert [(sheet.worked, sheet.state) for sheet in etti.sheets()] == [(D(113), TimesheetState.declared)]


def test_validated_hours_are_corrected_by_a_request_with_its_reason(etti: Declaring) -> None:
    name = etti.field(2, "X")
    etti.post(etti.page(), {name: "120", etti.field(3, "X"): "100", **CERTIFIED})
    sheet = etti.sheets()[0]
    validations.validate(etti.session, sheet, on=TODAY, by=None)
    page = etti.page()
    assert name not in form_in(page, form="mois").fields
    [ask] = page_of(page).xpath("//a[starts-with(normalize-space(), 'Demander une correction')]/@href")
    form = etti.client.get(ask)
    said = {"hours_0": "113", "reason": "", **CERTIFIED}
    refused = etti.client.submit(form, said)
    assert refused.status_code == 422
    assert etti.client.submit(form, said | {"reason": "Absent le 29"}).status_code == 303
    assert [(each.worked, each.state) for each in etti.sheets()][-1] == (D(113), TimesheetState.declared)
    assert "correction demandée : 113,00" in text_of(etti.page())


def test_a_period_over_a_limit_opens_the_split_with_its_date(etti: Declaring) -> None:
    session, scene = etti.session, etti.scene
    late = trade.person(session, scene.territory, "16/04/2026")
    months.missions(session, late, scene.x, scene.etti, ("01", "30"))
    session.commit()
    (cell,) = months.cells(months.page(session, scene.etti), late, scene.x)
    sent = etti.post(etti.page(), {field(cell.key): "140", **CERTIFIED})
    assert sent.status_code == 303
    assert sent.location.endswith("/partager")
    form = etti.client.get(sent.location)
    shown = form_in(form, ["at"]).fields
    assert (shown["at"], shown["first_0"]) == ("2026-04-16", "70,00")
    assert etti.client.submit(form, {"first_0": "150"}).status_code == 422
    assert etti.client.submit(form, {"first_0": "63"}).status_code == 303
    assert [sheet.worked for sheet in etti.sheets()] == [D(63), D(77)]


def test_somebody_else_s_relevé_is_not_there(etti: Declaring) -> None:
    other = trade.market(etti.session)
    sheet = trade.declared(etti.session, other.contract, "01/04/2026", "30/04/2026", "100")
    etti.session.commit()
    start = etti.url if etti.url.startswith("/declaration") else "/heures"
    for action in ("corriger", "partager"):
        assert etti.client.get(f"{start}/releves/{sheet.id}/{action}").status_code == 404


def test_looking_leaves_its_line(etti: Declaring) -> None:
    etti.page()
    entry = etti.session.scalars(select(AccessLogEntry).order_by(AccessLogEntry.id.desc())).first()
    assert entry is not None
    assert (entry.verb, entry.thing, entry.territory_id) == ("list", "timesheet", etti.scene.territory.id)


def test_the_page_costs_the_same_however_many_people(etti: Declaring) -> None:
    watch = etti.client.watch
    assert watch is not None
    etti.page()
    few = watch.selects
    for _ in range(60):
        person = trade.person(etti.session, etti.scene.territory, "01/01/2026")
        months.missions(etti.session, person, etti.scene.x, etti.scene.etti, ("01", "30"))
    page = etti.page()
    assert len(page_of(page).xpath("//table[@id='grille']/tbody/tr")) == 64
    assert watch.selects == few
    assert few <= BUDGET, few


def test_a_site_without_anybody_is_said_neant_by_its_company(client: Browser, session: Session) -> None:
    ground = trade.market(session)
    award = trade.award(session, trade.lot(session, ground.territory, start="01/04/2026"), ground.company)
    builders.sign_in(client, builders.user(session, MembershipRole.company, organisation=ground.company))
    here = Declaring(client, session, None, "/heures/mois/2026-04")  # type: ignore[arg-type]
    page = here.page()
    assert "Vos lots sans personne" in text_of(page)
    forged = dict(form_in(page, form="mois").form_values()) | {
        "neant": "987654",
        "certified": "y",
        "sender_name": "Alix",
    }
    refused = client.post(here.url, data=forged)
    assert refused.status_code == 422
    assert "dans votre liste" in text_of(refused)
    sent = here.post(page, {"neant": [str(award.id)], **CERTIFIED})
    assert sent.status_code == 303
    nil = session.scalars(select(NilDeclaration)).one()
    assert (nil.award_id, nil.month) == (award.id, APRIL)
    assert nil.sending_id is not None
    assert "néant déclaré" in text_of(here.page())


def test_the_menu_leads_to_the_months_and_says_which_are_due(client: Browser, session: Session) -> None:
    ground = trade.market(session)
    ground.lot.periodicity = "quarterly"
    trade.month(session, ground.contract, "07/2026", "140")
    trade.declared(session, ground.contract, "01/08/2026", "31/08/2026", "140")
    builders.sign_in(client, builders.user(session, MembershipRole.company, organisation=ground.company))
    page = client.get("/heures/mois")
    rows = [
        " ".join(row.text_content().split()) for row in page_of(page).xpath("//table[@id='mois']/tbody/tr")
    ]
    assert [row.split(" Ouvrir")[0] for row in rows] == [
        "novembre 2026 0 0 0 pas encore demandé 1 réponse demandée à partir du 1er janvier 2027",
        "octobre 2026 0 0 0 pas encore demandé 1 réponse demandée à partir du 1er janvier 2027",
        "septembre 2026 1 0 0 ▲à déclarer",
        "août 2026 0 1 0 ◌envoyéle facilitateur relit",
        "juillet 2026 0 0 1 ●validé",
    ]


def test_an_address_that_is_no_month_opens_nothing(client: Browser, session: Session) -> None:
    scene = months.etti(session)
    builders.sign_in(client, builders.user(session, MembershipRole.siae, organisation=scene.etti))
    for wrong in ("2026-13", "hier", "1999-04", "2026-4"):
        assert client.get(f"/heures/mois/{wrong}").status_code == 404
    assert "pas commencé" in text_of(client.get("/heures/mois/2027-04"))
    assert "Rien à déclarer" in text_of(client.get("/heures/mois/2020-04"))


def test_each_link_that_opens_nothing_says_why(client: Browser, session: Session) -> None:
    here = by_link(client, session)
    link = session.scalars(select(ActionLink).order_by(ActionLink.id.desc())).first()
    assert link is not None
    assert client.get(f"{here.url[:-3]}").status_code == 404
    placement_token = links.issue(
        session, "answer_placement", "placement", 1, "x@demo.example", at=journal.now()
    )
    assert client.get(f"/declaration/{placement_token}").status_code == 404
    page = here.page()
    for change, said in (
        ({"revoked_at": journal.now()}, "n’est plus valable"),
        ({"expires_at": journal.now()}, "a expiré"),
    ):
        before = {name: getattr(link, name) for name in change}
        for name, value in change.items():
            setattr(link, name, value)
        session.commit()
        for answer in (client.get(here.url), here.post(page, {here.field(2, "X"): "120", **CERTIFIED})):
            assert answer.status_code == 410
            assert said in text_of(answer)
        for name, value in before.items():
            setattr(link, name, value)
        session.commit()
    assert here.sheets() == []
    assert here.page().status_code == 200


def test_a_link_serves_until_everything_is_validated(client: Browser, session: Session) -> None:
    ground = trade.market(session)
    token = links.issue_declaration(
        session,
        ground.company.id,
        day("01/10/2026"),
        "chantier@demo.example",
        at=journal.now(),
        territory_id=ground.territory.id,
    )
    here = Declaring(client, session, None, f"/declaration/{token}")  # type: ignore[arg-type]
    (cell,) = months.page(session, ground.company, day("01/10/2026")).cells
    for hours in ("120", "127"):
        assert here.post(here.page(), {field(cell.key): hours, **CERTIFIED}).status_code == 303
    (sheet,) = here.sheets()
    assert sheet.worked == D(127)
    page = here.page()
    validations.validate(session, sheet, on=day("05/11/2026"), by=None)
    session.commit()
    assert "sont validées" in text_of(here.page(410))
    assert here.post(page, {field(cell.key): "130", **CERTIFIED}).status_code == 410


def test_a_link_asks_for_a_name_and_keeps_it_for_the_next_time(client: Browser, session: Session) -> None:
    here = by_link(client, session)
    assert form_in(here.page(), form="mois").fields["sender_name"] == ""
    here.post(here.page(), {here.field(2, "X"): "120", **CERTIFIED})
    fields = form_in(here.page(), form="mois").fields
    assert (fields["sender_name"], fields["sender_position"]) == ("Camille Démo", "Responsable d’agence")
