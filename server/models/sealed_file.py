"""Files that several hosts share, where they share a database and no folder."""

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base


class SealedFile(Base):
    """A sealed file: of a roster model, or of an upload under way.

    :ivar path: store, folder and name, such as ``roster-models/4/0b1c…/model.joblib``.
    """

    __tablename__ = "sealed_file"

    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
