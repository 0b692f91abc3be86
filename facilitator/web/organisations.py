"""Facilitators: one organisation as their territory knows it, and the bilan of a buyer’s markets there."""

import io

from flask import Blueprint, render_template, send_file
from flask.typing import ResponseReturnValue

from facilitator import access, bilans, contact_changes, contacts, field_actions, organisation_file
from facilitator.db import db
from facilitator.forms.field_actions import FieldActionForm
from facilitator.forms.field_actions import defaults as action_defaults
from facilitator.organisations import OrganisationRefused
from facilitator.web import as_of, clock, letters
from facilitator.web.markets import XLSX
from reports import compliance_workbook

blueprint = Blueprint("organisations", __name__, url_prefix="/organisations/<int:organisation_id>")
SHOWN_LETTERS = 5  # the others stand behind their link


@blueprint.get("")
def show(organisation_id: int) -> ResponseReturnValue:
    """Its parts, the territory’s contacts, its markets, its lots and the people that it employs."""
    organisation = access.organisation_or_404(organisation_id)
    session, territory_id = db.session(), access.current().territory_id
    markets_count, markets = organisation_file.bought(session, territory_id, organisation.id)
    lots_count, lots = organisation_file.won(session, territory_id, organisation.id)
    known = contacts.of_organisation(session, territory_id, organisation.id)
    return render_template(
        "facilitators/organisations/show.html",
        organisation=organisation,
        roles=organisation_file.roles(session, organisation),
        contacts=known,
        written_to=next((each for each in known if each.reachable), None),
        proposals=contact_changes.waiting(session, territory_id, organisation.id),
        letters=letters.about("organisation", organisation.id, limit=SHOWN_LETTERS),
        markets=markets,
        markets_count=markets_count,
        lots=lots,
        lots_count=lots_count,
        quick=FieldActionForm(formdata=None, data=action_defaults(clock.today())),
        actions=field_actions.of_organisation(session, territory_id, organisation.id, limit=5),
        employed=organisation_file.employed(session, territory_id, organisation.id),
    )


@blueprint.get("/bilan.xlsx")
def bilan(organisation_id: int) -> ResponseReturnValue:
    """The compliance workbook of a buyer, for the markets that this territory follows."""
    organisation, on = access.organisation_or_404(organisation_id), as_of.asked()
    territory_id = access.current().territory_id
    if not organisation_file.bought(db.session(), territory_id, organisation.id)[0]:
        raise OrganisationRefused(
            f"Votre territoire ne suit aucun marché de {organisation.label}\u00a0: il n’y a pas de bilan à télécharger."
        )
    found = bilans.of_authority(db.session(), organisation, on, clock.today(), territory_id=territory_id)
    access.saw("export_bilan", "organisation", organisation.id, territory_id)
    return send_file(
        io.BytesIO(compliance_workbook.build(found)),
        mimetype=XLSX,
        as_attachment=True,
        download_name=compliance_workbook.file_name(found),
    )
