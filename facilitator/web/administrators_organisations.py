"""Administrators: organisations and the parts that they play."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, organisations
from facilitator.db import db
from facilitator.forms.organisations import (
    NewOrganisationForm,
    OrganisationForm,
    OrganisationRoleForm,
)
from facilitator.organisations import Organisation
from facilitator.refusals import Conflict, Refused
from facilitator.vocabulary import AuthorityCategory, IdentifierScheme, OrganisationRoleName, SiaeKind
from facilitator.web import conflicts, once
from facilitator.web.answers import page

blueprint = Blueprint("administrators_organisations", __name__, url_prefix="/administration/organisations")
PAGE = 50


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Organisations, found by name or SIRET; the next page begins after the last one shown."""
    words, after = request.args.get("q", "").strip(), request.args.get("apres", 0, type=int)
    rows = organisations.search(words).where(Organisation.id > min(max(after, 0), access.LARGEST_ID))
    found = db.session.scalars(rows.order_by(Organisation.id).limit(PAGE + 1)).all()
    more = url_for(".index", q=words, apres=found[PAGE - 1].id) if len(found) > PAGE else None
    return render_template(
        "administrators/organisations.html",
        organisations=found[:PAGE],
        words=words,
        first=url_for(".index", q=words) if after else None,
        more=more,
    )


@blueprint.route("/nouvelle", methods=["GET", "POST"])
def create_organisation() -> ResponseReturnValue:
    """Record an organisation by its SIRET; a known one is opened."""
    form = NewOrganisationForm()
    if form.validate_on_submit():
        if answer := once.replayed(form):
            return answer
        made = organisations.find_or_create(
            db.session(), IdentifierScheme.SIRET, form.siret.data, form.name.data
        )
        flash(f"«\u00a0{made.label}\u00a0» est dans l’annuaire\u00a0: dites quel rôle elle tient.", "done")
        return once.commit(form, url_for(".edit_organisation", organisation_id=made.id))
    return page("administrators/new_organisation.html", form)


@blueprint.route("/<int:organisation_id>", methods=["GET", "POST"])
def edit_organisation(organisation_id: int) -> ResponseReturnValue:
    """Amend an organisation; two editors read both versions."""
    organisation = access.organisation_or_404(organisation_id, lock=True)
    form = OrganisationForm(obj=organisation)
    if form.validate_on_submit():
        try:
            form.check_version(organisation)
        except Conflict:
            current, back = OrganisationForm(formdata=None, obj=organisation), request.path
            return conflicts.page(
                form, organisation, current, submit="Enregistrer ma version", cancel_url=back
            )
        organisations.amend(db.session(), organisation, by=access.current().user_id, **form.typed())
        db.session.commit()
        flash("L’organisation est à jour.", "done")
        return redirect(request.path, 303)
    return _page(organisation, form, OrganisationRoleForm(formdata=None, prefix="role-"))


def _page(
    organisation: Organisation, form: OrganisationForm, role_form: OrganisationRoleForm
) -> ResponseReturnValue:
    body, status = page(
        "administrators/organisation.html",
        form,
        organisation=organisation,
        role_form=role_form,
        roles=organisations.roles_of(db.session(), organisation),
        role_labels=dict(OrganisationRoleName.choices()),
        kind_labels=dict([*AuthorityCategory.choices(), *SiaeKind.choices()]),
    )
    return body, 422 if role_form.errors else status


@blueprint.post("/<int:organisation_id>/roles")
def add_organisation_role(organisation_id: int) -> ResponseReturnValue:
    """Note a part that the organisation plays."""
    organisation = access.organisation_or_404(organisation_id, lock=True)
    form = OrganisationRoleForm(prefix="role-")
    if form.validate_on_submit():
        try:
            organisations.add_role(
                db.session(), organisation, OrganisationRoleName(form.role.data), form.kind.data or ""
            )
            db.session.commit()
            flash("Le rôle est noté.", "done")
            return redirect(url_for(".edit_organisation", organisation_id=organisation_id), 303)
        except Refused as refused:
            form.refuse(refused, "kind")
    return _page(organisation, OrganisationForm(formdata=None, obj=organisation), form)


@blueprint.post("/<int:organisation_id>/roles/retirer")
def remove_organisation_role(organisation_id: int) -> ResponseReturnValue:
    """Forget a part; what was recorded under it stays."""
    organisation = access.organisation_or_404(organisation_id, lock=True)
    role, kind = request.form.get("role", ""), request.form.get("kind", "")
    organisations.remove_role(db.session(), organisation, role, kind)
    db.session.commit()
    flash("Le rôle est retiré.", "done")
    return redirect(url_for(".edit_organisation", organisation_id=organisation_id), 303)
