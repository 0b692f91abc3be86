"""Administrators: users, their roles, and the link by which they choose a password."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from facilitator import access, accounts, journal, links, mails, organisations, visibility
from facilitator.accounts import AccountRefused, Membership, User
from facilitator.db import db
from facilitator.forms.accounts import MembershipForm, UserForm
from facilitator.refusals import Conflict, Refused
from facilitator.territories import Territory
from facilitator.vocabulary import MembershipRole
from facilitator.web import conflicts, once
from facilitator.web.answers import page

blueprint = Blueprint("administrators_users", __name__, url_prefix="/administration/utilisateurs")
MOST = 200


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Users, found by name or address."""
    words = request.args.get("q", "").strip()
    rows = visibility.users(access.current()).order_by(User.name, User.id).limit(MOST)
    if words:
        rows = rows.where(
            User.name.icontains(words, autoescape=True) | User.email.icontains(words, autoescape=True)
        )
    return render_template(
        "administrators/users.html", users=db.session.scalars(rows).all(), words=words, most=MOST
    )


@blueprint.route("/nouveau", methods=["GET", "POST"])
def create_user() -> ResponseReturnValue:
    """Open an account, which waits for its password."""
    form = UserForm()
    if form.validate_on_submit():
        if answer := once.replayed(form):
            return answer
        try:
            made = accounts.create_user(
                db.session(), password=None, by=access.current().user_id, **form.typed()
            )
            _send_link(made)
            return once.commit(form, url_for(".user", user_id=made.id))
        except Refused as refused:
            form.refuse(refused, "email")
    return page("administrators/new_user.html", form)


@blueprint.get("/<int:user_id>")
def user(user_id: int) -> ResponseReturnValue:
    """One account: who, which roles, what can be done."""
    user = access.user_or_404(user_id)
    return _user_page(user, UserForm(obj=user), _membership_form(None))


def _user_page(user: User, form: UserForm, role_form: MembershipForm) -> ResponseReturnValue:
    held = db.session.scalars(
        visibility.memberships(access.current())
        .where(Membership.user_id == user.id)
        .options(joinedload(Membership.territory), joinedload(Membership.organisation))
        .order_by(Membership.id)
    )
    body, status = page(
        "administrators/user.html",
        form,
        user=user,
        role_form=role_form,
        held=held.all(),
        role_labels=dict(MembershipRole.choices()),
    )
    return body, 422 if role_form.errors else status


def _membership_form(sent: object) -> MembershipForm:
    form = MembershipForm(prefix="role-") if sent else MembershipForm(formdata=None, prefix="role-")
    listed = db.session.execute(select(Territory.id, Territory.name).order_by(Territory.name))
    form.territory.offer((str(id), name) for id, name in listed)
    return form


@blueprint.post("/<int:user_id>")
def edit_user(user_id: int) -> ResponseReturnValue:
    """Amend a name or an address."""
    user, form = access.user_or_404(user_id, lock=True), UserForm()
    if not form.validate_on_submit():
        return _user_page(user, form, _membership_form(None))
    try:
        form.check_version(user)
        accounts.amend(db.session(), user, by=access.current().user_id, **form.typed())
    except Conflict:
        current, back = UserForm(formdata=None, obj=user), url_for(".user", user_id=user_id)
        return conflicts.page(form, user, current, submit="Enregistrer ma version", cancel_url=back)
    except AccountRefused as refused:
        form.refuse(refused, "email")
        return _user_page(user, form, _membership_form(None))
    db.session.commit()
    flash("Le compte est à jour.", "done")
    return redirect(url_for(".user", user_id=user_id), 303)


@blueprint.post("/<int:user_id>/lien")
def send_password_link(user_id: int) -> ResponseReturnValue:
    """Send a new link; those sent before no longer work."""
    user = access.user_or_404(user_id, lock=True)
    links.revoke(db.session(), "user", user.id, at=journal.now())
    _send_link(user)
    db.session.commit()
    return redirect(url_for(".user", user_id=user_id), 303)


def _send_link(user: User) -> None:
    """Write the letter, and show the link once to the administrator."""
    at = journal.now()
    token = links.issue(db.session(), "set_password", "user", user.id, user.email, at=at, days=7)
    base = current_app.config["SETTINGS"].base_url
    address = base + url_for("sign_in.choose_password", token=token)
    mails.write(
        db.session(),
        user.email,
        "Choisissez votre mot de passe",
        "choose_password",
        thing="user",
        thing_id=user.id,
        at=at,
        name=user.name,
        address=address,
    )
    flash(
        f"Un courriel part vers {user.email}. Le même lien, affiché cette seule fois\u00a0: {address}",
        "done",
    )


@blueprint.post("/<int:user_id>/fermer")
def deactivate_user(user_id: int) -> ResponseReturnValue:
    """Close an account: its sessions and links end at once."""
    user, at = access.user_or_404(user_id, lock=True), journal.now()
    accounts.deactivate(db.session(), user, at=at, by=access.current().user_id)
    links.revoke(db.session(), "user", user.id, at=at)
    db.session.commit()
    flash("Le compte est fermé, ses sessions aussi.", "done")
    return redirect(url_for(".user", user_id=user_id), 303)


@blueprint.post("/<int:user_id>/rouvrir")
def reactivate_user(user_id: int) -> ResponseReturnValue:
    """Open a closed account again."""
    user = access.user_or_404(user_id, lock=True)
    accounts.reactivate(db.session(), user, by=access.current().user_id)
    db.session.commit()
    flash("Le compte est rouvert.", "done")
    return redirect(url_for(".user", user_id=user_id), 303)


@blueprint.post("/<int:user_id>/roles")
def add_membership(user_id: int) -> ResponseReturnValue:
    """Give a role in its place."""
    user, form = access.user_or_404(user_id, lock=True), _membership_form(request.form)
    if form.validate_on_submit():
        if answer := once.replayed(form):
            return answer
        try:
            _give_role(user, form)
            flash("Le rôle est ajouté.", "done")
            return once.commit(form, url_for(".user", user_id=user_id))
        except Refused as refused:
            form.refuse(refused)
    return _user_page(user, UserForm(formdata=None, obj=user), form)


def _give_role(user: User, form: MembershipForm) -> None:
    organisation = organisations.by_siret(db.session(), form.siret.data) if form.siret.data else None
    if form.siret.data and organisation is None:
        raise AccountRefused(
            f"Aucune organisation ne porte le SIRET {form.siret.data}\u00a0: créez-la d’abord."
        )
    accounts.add_membership(
        db.session(),
        user,
        MembershipRole(form.role.data),
        by=access.current().user_id,
        territory_id=int(form.territory.data) if form.territory.data else None,
        organisation_id=organisation.id if organisation else None,
    )


@blueprint.post("/roles/<int:membership_id>/retirer")
def remove_membership(membership_id: int) -> ResponseReturnValue:
    """Take a role away."""
    membership = access.membership_or_404(membership_id, lock=True)
    user_id = membership.user_id
    accounts.remove_membership(db.session(), membership, by=access.current().user_id)
    db.session.commit()
    flash("Le rôle est retiré.", "done")
    return redirect(url_for(".user", user_id=user_id), 303)
