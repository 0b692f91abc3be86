"""Administrators: territories and their dated parameters."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from facilitator import access, territories, visibility
from facilitator.db import db
from facilitator.forms.territories import NewTerritoryForm, ParameterForm, TerritoryForm
from facilitator.refusals import Conflict, Refused
from facilitator.rules import PARAMETERS, Rules, dump
from facilitator.territories import Territory
from facilitator.web import clock, conflicts, once
from facilitator.web.answers import page

blueprint = Blueprint("administrators", __name__, url_prefix="/administration")


@blueprint.get("/territoires")
def index() -> ResponseReturnValue:
    """All territories."""
    rows = db.session.scalars(visibility.territories(access.current()).order_by(Territory.name))
    return render_template("administrators/territories.html", territories=rows.all())


@blueprint.route("/territoires/nouveau", methods=["GET", "POST"])
def create_territory() -> ResponseReturnValue:
    """Open a territory."""
    form = NewTerritoryForm()
    if form.validate_on_submit():
        if answer := once.replayed(form):
            return answer
        try:
            made = territories.create(db.session(), **form.typed(), by=access.current().user_id)
            flash(f"Le territoire «\u00a0{made.name}\u00a0» est créé.", "done")
            return once.commit(form, url_for(".parameters", territory_id=made.id))
        except Refused as refused:
            form.refuse(refused, "slug")
    return page("administrators/new_territory.html", form)


@blueprint.route("/territoires/<int:territory_id>", methods=["GET", "POST"])
def edit_territory(territory_id: int) -> ResponseReturnValue:
    """Amend a territory; two editors read both versions."""
    territory = access.territory_or_404(territory_id, lock=True)
    form = TerritoryForm(obj=territory)
    if form.validate_on_submit():
        try:
            form.check_version(territory)
        except Conflict:
            current = TerritoryForm(formdata=None, obj=territory)
            back = url_for(".edit_territory", territory_id=territory_id)
            return conflicts.page(form, territory, current, submit="Enregistrer ma version", cancel_url=back)
        territories.amend(db.session(), territory, by=access.current().user_id, **form.typed())
        db.session.commit()
        flash("Le territoire est à jour.", "done")
        return redirect(url_for(".index"), 303)
    return page("administrators/territory.html", form, territory=territory)


@blueprint.get("/territoires/<int:territory_id>/parametres")
def parameters(territory_id: int) -> ResponseReturnValue:
    """Every rule: what it says, its value today, what it was."""
    return _parameters(access.territory_or_404(territory_id), ParameterForm())


def _parameters(territory: Territory, form: ParameterForm) -> ResponseReturnValue:
    today = clock.today()
    dated = territories.parameters_of(db.session(), territory.id)
    rules: Rules = territories.rules_of(db.session(), territory.id).on(today)
    shown = [
        {
            "rule": rule,
            "value": dump(rule.name, getattr(rules, rule.name)),
            "history": [each for each in dated if each.name == rule.name],
        }
        for rule in PARAMETERS.values()
    ]
    chosen = form.name.data or ""
    return page(
        "administrators/parameters.html",
        form,
        territory=territory,
        shown=shown,
        chosen=chosen,
        chosen_label=PARAMETERS[chosen].label if chosen in PARAMETERS else "",
        today=today,
    )


@blueprint.post("/territoires/<int:territory_id>/parametres")
def set_parameter(territory_id: int) -> ResponseReturnValue:
    """Give a rule its value from a day on."""
    territory = access.territory_or_404(territory_id, lock=True)
    form = ParameterForm()
    if not form.validate_on_submit():
        return _parameters(territory, form)
    if answer := once.replayed(form):
        return answer
    assert form.effective_on.data is not None
    try:
        territories.set_parameter(
            db.session(),
            territory,
            form.name.data or "",
            form.value.data or "",
            effective_on=form.effective_on.data,
            by=access.current().user_id,
        )
    except Refused as refused:
        form.refuse(refused, "value")
        return _parameters(territory, form)
    flash("Le paramètre est enregistré\u00a0; les mois précédents ne changent pas.", "done")
    return once.commit(form, url_for(".parameters", territory_id=territory_id))
