"""The words that a territory puts around its letters: an opening and a closing, plain text, with good defaults."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from facilitator import journal
from facilitator.db import Model, Versioned, one_of
from facilitator.labels import Labelled
from facilitator.territories import Territory

LONGEST = 2000


class LetterCode(Labelled):
    """The letters whose words a territory may choose."""

    reminder = "reminder", "Relance du mois"
    new_contact = "new_contact", "Lien envoyé à un nouveau contact"


class LetterText(Versioned, Model):
    """The words of one letter of one territory; without a row, the usual ones."""

    __tablename__ = "letter_texts"
    __table_args__ = (
        UniqueConstraint("territory_id", "code"),
        one_of("code", LetterCode),
        CheckConstraint("length(opening) > 0", name="opening"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    code: Mapped[str] = mapped_column(String(20))
    opening: Mapped[str] = mapped_column(Text)
    closing: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True)
class Words:
    """What a letter says before and after its lines; an empty line parts two paragraphs."""

    opening: str
    closing: str


DEFAULTS: Mapping[LetterCode, Words] = MappingProxyType(
    {
        LetterCode.reminder: Words(
            "Bonjour,\n\n"
            "Voici, réuni dans un seul courriel, ce que nous attendons de vous pour la clause sociale d’insertion. "
            "Chaque réponse prend une minute et ne demande aucun compte. Si vous avez déjà répondu à "
            "une ligne, passez-la.",
            "Un chantier à l’arrêt, un doute sur des heures, une personne absente\u00a0? Dites-le-nous\u00a0: "
            "nous chercherons la solution avec vous.\n\n"
            "Merci de votre aide\u00a0: ces heures sont celles de personnes qui reprennent le chemin de l’emploi.",
        ),
        LetterCode.new_contact: Words(
            "Bonjour,\n\n"
            "On nous a donné votre adresse comme celle de la bonne personne pour la clause sociale d’insertion. "
            "Voici vos liens personnels\u00a0; ceux de votre prédécesseur ne servent plus.",
            "Si ce n’est pas à vous d’y répondre, dites-nous à qui\u00a0: la page du lien le permet en une minute.",
        ),
    }
)


def of_territories(session: Session, territory_ids: Collection[int], code: LetterCode) -> dict[int, Words]:
    """The words of one letter in several territories (one select)."""
    rows = session.execute(
        select(LetterText.territory_id, LetterText.opening, LetterText.closing).where(
            LetterText.territory_id.in_(set(territory_ids)), LetterText.code == code
        )
    )
    own = {territory_id: Words(opening, closing) for territory_id, opening, closing in rows}
    return {each: own.get(each, DEFAULTS[code]) for each in territory_ids}


def own_text(
    session: Session, territory_id: int, code: LetterCode, *, lock: bool = False
) -> LetterText | None:
    """What a territory wrote itself; None when it uses the usual words."""
    query = select(LetterText).where(LetterText.territory_id == territory_id, LetterText.code == code)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def rewrite(
    session: Session, territory: Territory, code: LetterCode, words: Words, *, by: int | None
) -> LetterText:
    """Give a letter its words from now on; the letters already written keep theirs."""
    text = own_text(session, territory.id, code)
    if text is None:
        text = LetterText(territory_id=territory.id, code=code, opening="", closing="")
        session.add(text)
    elif (text.opening, text.closing) == (words.opening, words.closing):
        return text
    text.opening, text.closing = words.opening, words.closing
    session.flush()
    _note(session, "rewrite_letter", territory, code, by)
    return text


def restore(session: Session, territory: Territory, code: LetterCode, *, by: int | None) -> None:
    """Come back to the usual words."""
    text = own_text(session, territory.id, code)
    if text is not None:
        session.delete(text)
        session.flush()
        _note(session, "restore_letter", territory, code, by)


def _note(session: Session, verb: str, territory: Territory, code: LetterCode, by: int | None) -> None:
    journal.note(session, verb, "territory", territory.id, by=by, territory_id=territory.id, code=code.value)
