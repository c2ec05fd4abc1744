"""Who a visit without a result was, as an instructor said."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.base import Base, utc_now
from server.models.student import Student


class VisitResolution(Base):
    """At most one of each visit."""

    __tablename__ = "visit_resolution"

    check_in_id: Mapped[str] = mapped_column(ForeignKey("check_in.id", ondelete="CASCADE"), primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    account_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(default=utc_now)

    student: Mapped[Student] = relationship()
