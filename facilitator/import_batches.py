"""Import batches: a file read and shown, waiting for the facilitator to tick and confirm."""

import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from facilitator.db import Instant, Model


class ImportBatch(Model):
    """The uploaded file as it came (compressed), until it is confirmed or a day has passed."""

    __tablename__ = "import_batches"

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime.datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime.datetime | None] = mapped_column(Instant)
