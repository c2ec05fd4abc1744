"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('administrator', 'instructor')", name=op.f("ck_account_role")),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("email", name="uq_account_email"),
    )
    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("late_after_minutes", sa.Integer(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("late_after_minutes >= 0", name=op.f("ck_course_late_after_minutes")),
        sa.PrimaryKeyConstraint("id", name="pk_course"),
    )
    op.create_table(
        "installation_note",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_installation_note"),
    )
    op.create_table(
        "setup_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_setup_link"),
        sa.UniqueConstraint("token_hash", name="uq_setup_link_token_hash"),
    )
    op.create_table(
        "student",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_student"),
        sa.UniqueConstraint("number", name="uq_student_number"),
    )
    op.create_index("ix_student_name", "student", ["name"], unique=False)
    op.create_table(
        "class_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late_after_minutes", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('scheduled', 'open', 'closed')", name=op.f("ck_class_session_status")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_class_session_course_id_course", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_class_session"),
    )
    op.create_index(
        "ix_class_session_course_starts", "class_session", ["course_id", "starts_at"], unique=False
    )
    op.create_index("ix_class_session_status", "class_session", ["status"], unique=False)
    op.create_index(
        "uq_class_session_open_course",
        "class_session",
        ["course_id"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("text_version", sa.String(length=32), nullable=False),
        sa.Column("given_by", sa.String(length=254), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name="fk_consent_student_id_student", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
    )
    op.create_index("ix_consent_student_id", "consent", ["student_id"], unique=False)
    op.create_table(
        "course_instructor",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_course_instructor_account_id_account", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_course_instructor_course_id_course", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("course_id", "account_id", name="pk_course_instructor"),
    )
    op.create_index("ix_course_instructor_account_id", "course_instructor", ["account_id"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_enrolment_course_id_course", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name="fk_enrolment_student_id_student", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_enrolment"),
        sa.UniqueConstraint("course_id", "student_id", name="uq_enrolment_course_id_student_id"),
    )
    op.create_index("ix_enrolment_student_id", "enrolment", ["student_id"], unique=False)
    op.create_table(
        "face_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("image_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("quality", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name="fk_face_photo_student_id_student", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_face_photo"),
        sa.UniqueConstraint("student_id", "digest", name="uq_face_photo_student_id_digest"),
    )
    op.create_table(
        "kiosk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name="fk_kiosk_created_by_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_kiosk"),
        sa.UniqueConstraint("token_hash", name="uq_kiosk_token_hash"),
    )
    op.create_index("ix_kiosk_created_by", "kiosk", ["created_by"], unique=False)
    op.create_table(
        "roster_model_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("folder", sa.String(length=200), nullable=False),
        sa.Column("manifest_sha256", sa.String(length=64), nullable=False),
        sa.Column("embedder_id", sa.String(length=120), nullable=False),
        sa.Column("contents", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_roster_model_version_course_id_course", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_roster_model_version"),
        sa.UniqueConstraint("course_id", "number", name="uq_roster_model_version_course_id_number"),
    )
    op.create_index(
        "ix_roster_model_version_active", "roster_model_version", ["is_active", "course_id"], unique=False
    )
    op.create_table(
        "check_in",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("nonce", sa.String(length=36), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("kiosk_id", sa.Integer(), nullable=True),
        sa.Column("student_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("margin", sa.Double(), nullable=True),
        sa.Column("gesture", sa.JSON(), nullable=True),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("http_status", sa.Integer(), nullable=False),
        sa.Column("response", sa.JSON(), nullable=False),
        sa.Column("answer", sa.String(length=1), nullable=True),
        sa.Column("answer_response", sa.JSON(), nullable=True),
        sa.CheckConstraint(
            "status IN ('awaiting_answer', 'accepted', 'discarded', 'expired', 'final')",
            name=op.f("ck_check_in_status"),
        ),
        sa.ForeignKeyConstraint(
            ["kiosk_id"], ["kiosk.id"], name="fk_check_in_kiosk_id_kiosk", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["class_session.id"],
            name="fk_check_in_session_id_class_session",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name="fk_check_in_student_id_student", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_check_in"),
        sa.UniqueConstraint("nonce", name="uq_check_in_nonce"),
    )
    op.create_index("ix_check_in_session_created", "check_in", ["session_id", "created_at"], unique=False)
    op.create_index("ix_check_in_student_id", "check_in", ["student_id"], unique=False)
    op.create_table(
        "face_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("embedder_id", sa.String(length=120), nullable=False),
        sa.Column("vector_encrypted", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["face_photo.id"], name="fk_face_template_photo_id_face_photo", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name="fk_face_template_student_id_student", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_face_template"),
        sa.UniqueConstraint("photo_id", "embedder_id", name="uq_face_template_photo_id_embedder_id"),
    )
    op.create_index("ix_face_template_student_id", "face_template", ["student_id"], unique=False)
    op.create_table(
        "outbox_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_outbox_event_course_id_course", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["class_session.id"],
            name="fk_outbox_event_session_id_class_session",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_event_course_id", "outbox_event", ["course_id"], unique=False)
    op.create_index("ix_outbox_event_session_id_id", "outbox_event", ["session_id", "id"], unique=False)
    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=True),
        sa.Column("check_in_id", sa.String(length=36), nullable=True),
        sa.Column("marked_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.CheckConstraint("method IN ('face', 'manual')", name=op.f("ck_attendance_method")),
        sa.CheckConstraint(
            "status IN ('present', 'late', 'absent', 'excused')", name=op.f("ck_attendance_status")
        ),
        sa.ForeignKeyConstraint(
            ["check_in_id"], ["check_in.id"], name="fk_attendance_check_in_id_check_in", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["marked_by"], ["account.id"], name="fk_attendance_marked_by_account", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["class_session.id"],
            name="fk_attendance_session_id_class_session",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name="fk_attendance_student_id_student", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attendance"),
        sa.UniqueConstraint("session_id", "student_id", name="uq_attendance_session_id_student_id"),
    )
    op.create_index("ix_attendance_student_id", "attendance", ["student_id"], unique=False)


def downgrade() -> None:
    for table in (
        "attendance",
        "outbox_event",
        "face_template",
        "check_in",
        "roster_model_version",
        "kiosk",
        "face_photo",
        "enrolment",
        "course_instructor",
        "consent",
        "class_session",
        "student",
        "setup_link",
        "installation_note",
        "course",
        "account",
    ):
        op.drop_table(table)
