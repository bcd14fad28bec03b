"""People, meetings and notices."""

import unicodedata
from datetime import UTC, datetime
from uuid import NAMESPACE_OID, uuid5

import sqlalchemy as sa
from alembic import op

from meetrec.platform.database import Moment
from meetrec.platform.migrate import MigrationRefused

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


ACCOUNT = sa.table(
    "account",
    *(sa.column(name) for name in ("id", "kind", "vendor_id", "deactivated_by")),
    sa.column("active", sa.Boolean()),
    *(sa.column(name, Moment()) for name in ("created_at", "activated_at", "deactivated_at")),
)
SUSPENSION = sa.table("suspension", *(sa.column(name) for name in ("account_id", "spared_id")), *(sa.column(name, Moment()) for name in ("until", "lifted_at")))
MEETING = sa.table("meeting", *(sa.column(name, Moment()) for name in ("planned_end", "cancelled_at")))
ACCOUNT_ROLE = sa.table("account_role", sa.column("account_id"), sa.column("role_id"))
ROLE_GRANT = sa.table(
    "role_grant",
    *(sa.column(name) for name in ("id", "account_id", "role_id", "given_by")),
    sa.column("given_at", Moment()),
    sa.column("ended_at", Moment()),
)
STUDENT = sa.table("student", *(sa.column(name) for name in ("id", "given_name", "family_name", "school_id", "name_key")))
ENROLMENT = sa.table("school_enrolment", *(sa.column(name) for name in ("id", "student_id", "school_id", "source")))
SAID = ("recorder_name", "recorder_role", "student_name", "school_name", "device", "reason", "accommodation_request", "language")
NOTICE = sa.table(
    "notice",
    sa.column("id"),
    sa.column("received_at", Moment()),
    *(sa.column(name, sa.String()) for name in SAID),
    sa.column("meeting_date", sa.Date()),
    sa.column("meeting_time", sa.Time()),
    sa.column("needs_recording_to_understand", sa.Boolean()),
)
NOTICE_VERSION = sa.table(
    "notice_version", sa.column("notice_id"), sa.column("version"), sa.column("at", Moment()), sa.column("by"), sa.column("statement", sa.JSON())
)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "outgoing_mail",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("to_address", sa.String(length=255), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("failed_at", Moment(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
    )
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outgoing_mail_about"), ["about"], unique=False)
        batch_op.create_index(batch_op.f("ix_outgoing_mail_due_at"), ["due_at"], unique=False)

    op.create_table(
        "profile_version",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("base", sa.String(length=20), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("rule", sa.String(length=12), nullable=False),
        sa.Column("late_policy", sa.String(length=8), nullable=False),
        sa.Column("acknowledgement", sa.String(length=10), nullable=False),
        sa.Column("objection_stops", sa.Boolean(), nullable=False),
        sa.Column("multi_student_rule", sa.String(length=20), nullable=False),
        sa.Column("policy_pointer", sa.String(length=300), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attorney_name", sa.String(length=120), nullable=True),
        sa.Column("attorney_date", sa.Date(), nullable=True),
        sa.Column("entered_at", Moment(), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_profile_version")),
    )
    with op.batch_alter_table("profile_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_profile_version_effective_from"), ["effective_from"], unique=False)

    op.create_table(
        "roster_import",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("source_system", sa.String(length=120), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_import")),
    )
    with op.batch_alter_table("roster_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_import_began_at"), ["began_at"], unique=False)

    op.create_table(
        "vendor",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("entered_at", Moment(), nullable=False),
        sa.Column("terminated_at", Moment(), nullable=True),
        sa.Column("terminated_by", sa.String(length=80), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("data_return_due_on", sa.Date(), nullable=True),
        sa.Column("data_returned_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor")),
        sa.UniqueConstraint("name", name=op.f("uq_vendor_name")),
    )
    op.create_table(
        "roster_refusal",
        sa.Column("roster_import_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file", sa.String(length=24), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=48), nullable=False),
        sa.ForeignKeyConstraint(["roster_import_id"], ["roster_import.id"], name=op.f("fk_roster_refusal_roster_import_id_roster_import")),
        sa.PrimaryKeyConstraint("roster_import_id", "number", name=op.f("pk_roster_refusal")),
    )
    op.create_table(
        "account_invitation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_invitation_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_invitation")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_account_invitation_code_hash")),
    )
    with op.batch_alter_table("account_invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_invitation_account_id"), ["account_id"], unique=False)

    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_calendar_feed_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("address_hash", name=op.f("uq_calendar_feed_address_hash")),
    )
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feed_account_id"), ["account_id"], unique=False)

    op.create_table(
        "contractor_agreement",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("no_redisclosure", sa.Boolean(), nullable=False),
        sa.Column("entered_at", Moment(), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_contractor_agreement_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contractor_agreement")),
    )
    with op.batch_alter_table("contractor_agreement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contractor_agreement_account_id"), ["account_id"], unique=False)

    op.create_table(
        "guardian",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("source_id", sa.String(length=255), nullable=True),
        sa.Column("given_name", sa.String(length=80), nullable=False),
        sa.Column("family_name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_guardian_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian")),
        sa.UniqueConstraint("account_id", name=op.f("uq_guardian_account_id")),
        sa.UniqueConstraint("source_id", name=op.f("uq_guardian_source_id")),
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1024), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=1024), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=True),
        sa.Column("extensions", sa.String(length=255), nullable=True),
        sa.Column("device_type", sa.String(length=64), nullable=False),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("usage", sa.String(length=20), nullable=False),
        sa.Column("lastuse_datetime", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_passkey_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkey_account_id"), ["account_id"], unique=False)

    op.create_table(
        "role_grant",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("role_id", sa.String(length=36), nullable=False),
        sa.Column("school_id", sa.String(length=36), nullable=True),
        sa.Column("given_at", Moment(), nullable=False),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_role_grant_account_id_account")),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_role_grant_role_id_role")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_role_grant_school_id_school")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_grant_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_role_grant_ended_at"), ["ended_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_role_grant_role_id"), ["role_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_role_grant_school_id"), ["school_id"], unique=False)

    op.create_table(
        "staff_member",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("source_id", sa.String(length=255), nullable=True),
        sa.Column("given_name", sa.String(length=80), nullable=False),
        sa.Column("family_name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=True),
        sa.Column("duty", sa.String(length=40), nullable=False),
        sa.Column("school_id", sa.String(length=36), nullable=True),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_staff_member_account_id_account")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_staff_member_school_id_school")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_member")),
        sa.UniqueConstraint("account_id", name=op.f("uq_staff_member_account_id")),
        sa.UniqueConstraint("source_id", name=op.f("uq_staff_member_source_id")),
    )
    with op.batch_alter_table("staff_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_member_school_id"), ["school_id"], unique=False)

    op.create_table(
        "suspension",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.Column("spared_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("until", Moment(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column("began_by", sa.String(length=80), nullable=False),
        sa.Column("lifted_at", Moment(), nullable=True),
        sa.Column("lifted_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_suspension_account_id_account")),
        sa.ForeignKeyConstraint(["spared_id"], ["account.id"], name=op.f("fk_suspension_spared_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
    )
    with op.batch_alter_table("suspension", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suspension_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_suspension_lifted_at"), ["lifted_at"], unique=False)

    op.create_table(
        "training_completion",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("module", sa.String(length=32), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=True),
        sa.Column("entered_at", Moment(), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_training_completion_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_completion")),
    )
    with op.batch_alter_table("training_completion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_completion_account_id"), ["account_id"], unique=False)

    op.create_table(
        "guardianship",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("guardian_id", sa.String(length=36), nullable=False),
        sa.Column("student_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("evidence_kind", sa.String(length=24), nullable=True),
        sa.Column("evidence_words", sa.Text(), nullable=True),
        sa.Column("evidence_kept_at", sa.String(length=120), nullable=True),
        sa.Column("checked_at", Moment(), nullable=True),
        sa.Column("checked_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name=op.f("fk_guardianship_guardian_id_guardian")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_guardianship_student_id_student")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardianship")),
    )
    with op.batch_alter_table("guardianship", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guardianship_guardian_id"), ["guardian_id"], unique=False)
        batch_op.create_index("ix_guardianship_pair", ["student_id", "guardian_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_guardianship_student_id"), ["student_id"], unique=False)

    op.create_table(
        "identity_code",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("guardian_id", sa.String(length=36), nullable=True),
        sa.Column("student_id", sa.String(length=36), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("way", sa.String(length=12), nullable=False),
        sa.Column("seen", sa.String(length=24), nullable=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_identity_code_account_id_account")),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name=op.f("fk_identity_code_guardian_id_guardian")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_identity_code_student_id_student")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_identity_code_code_hash")),
    )
    with op.batch_alter_table("identity_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identity_code_guardian_id"), ["guardian_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_identity_code_student_id"), ["student_id"], unique=False)

    op.create_table(
        "protection_flag",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("student_id", sa.String(length=36), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("set_at", Moment(), nullable=False),
        sa.Column("set_by", sa.String(length=80), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_protection_flag_student_id_student")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protection_flag")),
    )
    with op.batch_alter_table("protection_flag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_protection_flag_student_id"), ["student_id"], unique=False)

    op.create_table(
        "rights_restriction",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("student_id", sa.String(length=36), nullable=False),
        sa.Column("guardian_id", sa.String(length=36), nullable=True),
        sa.Column("effect", sa.String(length=20), nullable=False),
        sa.Column("authority", sa.String(length=24), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.String(length=120), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("entered_at", Moment(), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("lifted_at", Moment(), nullable=True),
        sa.Column("lifted_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name=op.f("fk_rights_restriction_guardian_id_guardian")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_rights_restriction_student_id_student")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_restriction")),
    )
    with op.batch_alter_table("rights_restriction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rights_restriction_guardian_id"), ["guardian_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rights_restriction_student_id"), ["student_id"], unique=False)

    op.create_table(
        "school_enrolment",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("student_id", sa.String(length=36), nullable=False),
        sa.Column("school_id", sa.String(length=36), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("roster_import_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["roster_import_id"], ["roster_import.id"], name=op.f("fk_school_enrolment_roster_import_id_roster_import")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_school_enrolment_school_id_school")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_school_enrolment_student_id_student")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_enrolment")),
    )
    with op.batch_alter_table("school_enrolment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_school_enrolment_school_id"), ["school_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_school_enrolment_student_id"), ["student_id"], unique=False)

    op.create_table(
        "meeting_room_change",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("meeting_id", sa.String(length=36), nullable=False),
        sa.Column("from_room_id", sa.String(length=36), nullable=False),
        sa.Column("to_room_id", sa.String(length=36), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["from_room_id"], ["room.id"], name=op.f("fk_meeting_room_change_from_room_id_room")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_room_change_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["to_room_id"], ["room.id"], name=op.f("fk_meeting_room_change_to_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_room_change")),
    )
    with op.batch_alter_table("meeting_room_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_room_change_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "participant",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("meeting_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("affiliation", sa.String(length=24), nullable=False),
        sa.Column("duty", sa.String(length=60), nullable=True),
        sa.Column("staff_member_id", sa.String(length=36), nullable=True),
        sa.Column("guardian_id", sa.String(length=36), nullable=True),
        sa.Column("student_id", sa.String(length=36), nullable=True),
        sa.Column("entered_at", Moment(), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("removed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name=op.f("fk_participant_guardian_id_guardian")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_participant_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["staff_member_id"], ["staff_member.id"], name=op.f("fk_participant_staff_member_id_staff_member")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_participant_student_id_student")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
    )
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participant_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "dissemination_request",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("meeting_id", sa.String(length=36), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("asker_id", sa.String(length=36), nullable=True),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("opened_by", sa.String(length=80), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_dissemination_request_account_id_account")),
        sa.ForeignKeyConstraint(["asker_id"], ["participant.id"], name=op.f("fk_dissemination_request_asker_id_participant")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_dissemination_request_meeting_id_meeting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dissemination_request")),
    )
    with op.batch_alter_table("dissemination_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dissemination_request_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dissemination_request_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "notice_version",
        sa.Column("notice_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("statement", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_version_notice_id_notice")),
        sa.PrimaryKeyConstraint("notice_id", "version", name=op.f("pk_notice_version")),
    )
    op.create_table(
        "recorded_person",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("participant_id", sa.String(length=36), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("affiliation", sa.String(length=24), nullable=False),
        sa.Column("student_id", sa.String(length=36), nullable=True),
        sa.Column("is_minor", sa.Boolean(), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.Column("entered_at", Moment(), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("removed_at", Moment(), nullable=True),
        sa.Column("removed_by", sa.String(length=80), nullable=True),
        sa.Column("link_hash", sa.String(length=64), nullable=True),
        sa.Column("link_signer", sa.String(length=120), nullable=True),
        sa.Column("link_signs_as", sa.String(length=24), nullable=True),
        sa.Column("link_guardian_id", sa.String(length=36), nullable=True),
        sa.Column("link_identity", sa.String(length=24), nullable=True),
        sa.Column("link_made_at", Moment(), nullable=True),
        sa.Column("link_made_by", sa.String(length=80), nullable=True),
        sa.Column("link_expires_at", Moment(), nullable=True),
        sa.Column("link_used_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recorded_person_account_id_account")),
        sa.ForeignKeyConstraint(["link_guardian_id"], ["guardian.id"], name=op.f("fk_recorded_person_link_guardian_id_guardian")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_recorded_person_participant_id_participant")),
        sa.ForeignKeyConstraint(["request_id"], ["dissemination_request.id"], name=op.f("fk_recorded_person_request_id_dissemination_request")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_recorded_person_student_id_student")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recorded_person")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_recorded_person_link_hash")),
    )
    with op.batch_alter_table("recorded_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recorded_person_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recorded_person_request_id"), ["request_id"], unique=False)

    op.create_table(
        "speaker_answer",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("way", sa.String(length=12), nullable=False),
        sa.Column("signer", sa.String(length=120), nullable=False),
        sa.Column("signs_as", sa.String(length=24), nullable=False),
        sa.Column("guardian_id", sa.String(length=36), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("kept_at", sa.String(length=120), nullable=True),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("answered_at", Moment(), nullable=False),
        sa.Column("answered_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name=op.f("fk_speaker_answer_guardian_id_guardian")),
        sa.ForeignKeyConstraint(["person_id"], ["recorded_person.id"], name=op.f("fk_speaker_answer_person_id_recorded_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speaker_answer")),
        sa.UniqueConstraint("person_id", "number", name=op.f("uq_speaker_answer_person_id")),
    )
    with op.batch_alter_table("speaker_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_speaker_answer_person_id"), ["person_id"], unique=False)

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=8), server_default="staff", nullable=False))
        batch_op.add_column(sa.Column("language", sa.String(length=5), server_default="en", nullable=False))
        batch_op.add_column(sa.Column("certificated", sa.Boolean(), server_default=sa.text("(false)"), nullable=False))
        batch_op.add_column(sa.Column("vendor_id", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("activated_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("deactivated_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("deactivated_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("deactivated_because", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("failed_tries", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("locked_until", Moment(), nullable=True))
        batch_op.add_column(sa.Column("oidc_subject", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("fs_webauthn_user_handle", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("second_factor", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("totp_seed", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("totp_last_counter", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("recovery_codes", sa.JSON(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_account_fs_webauthn_user_handle"), ["fs_webauthn_user_handle"])
        batch_op.create_unique_constraint(batch_op.f("uq_account_oidc_subject"), ["oidc_subject"])
        batch_op.create_foreign_key(batch_op.f("fk_account_vendor_id_vendor"), "vendor", ["vendor_id"], ["id"])

    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("chair_id", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("calendar_uid", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("changed_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("change_number", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("cancelled_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("cancelled_by", sa.String(length=10), nullable=True))
        batch_op.create_index(batch_op.f("ix_meeting_chair_id"), ["chair_id"], unique=False)
        batch_op.create_index("ix_meeting_room_start", ["room_id", "start"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_meeting_calendar_uid"), ["calendar_uid"])
        batch_op.create_foreign_key(batch_op.f("fk_meeting_chair_id_account"), "account", ["chair_id"], ["id"])

    with op.batch_alter_table("meeting_move", schema=None) as batch_op:
        batch_op.alter_column("announced_at", existing_type=Moment(), nullable=True)
        batch_op.add_column(sa.Column("new_planned_end", Moment(), nullable=True))
        batch_op.add_column(sa.Column("entered_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("entered_by", sa.String(length=80), nullable=True))

    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("address_link_hash", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("email_verified_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("told_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("acknowledged_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("entered_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("profile", sa.String(length=60), server_default="", nullable=False))
        batch_op.add_column(sa.Column("account_id", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("needs_another_look", sa.Boolean(), server_default=sa.text("false"), nullable=False))
        batch_op.add_column(sa.Column("looked_again_at", Moment(), nullable=True))
        batch_op.create_index(batch_op.f("ix_notice_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_notice_waiting", ["meeting_id", "status", "meeting_date"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_notice_address_link_hash"), ["address_link_hash"])
        batch_op.create_foreign_key(batch_op.f("fk_notice_account_id_account"), "account", ["account_id"], ["id"])

    with op.batch_alter_table("school", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source_id", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_school_source_id"), ["source_id"])

    with op.batch_alter_table("student", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name_key", sa.String(length=200), server_default="", nullable=False))
        batch_op.add_column(sa.Column("postsecondary_from", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("postsecondary_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("source_id", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("address", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("email", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("account_id", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("joined_to_id", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("joined_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("joined_by", sa.String(length=80), nullable=True))
        batch_op.create_index(batch_op.f("ix_student_joined_to_id"), ["joined_to_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_student_name_key"), ["name_key"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_student_account_id"), ["account_id"])
        batch_op.create_unique_constraint(batch_op.f("uq_student_source_id"), ["source_id"])
        batch_op.create_foreign_key(batch_op.f("fk_student_account_id_account"), "account", ["account_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_student_joined_to_id_student"), "student", ["joined_to_id"], ["id"])
    _move_up()
    op.drop_table("account_role")


def downgrade() -> None:
    """Go back."""
    op.create_table(
        "account_role",
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("role_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_role_account_id_account")),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_account_role_role_id_role")),
        sa.PrimaryKeyConstraint("account_id", "role_id", name=op.f("pk_account_role")),
    )
    _move_down()
    with op.batch_alter_table("student", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_student_joined_to_id_student"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_student_account_id_account"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_student_source_id"), type_="unique")
        batch_op.drop_constraint(batch_op.f("uq_student_account_id"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_student_name_key"))
        batch_op.drop_index(batch_op.f("ix_student_joined_to_id"))
        batch_op.drop_column("joined_by")
        batch_op.drop_column("joined_at")
        batch_op.drop_column("joined_to_id")
        batch_op.drop_column("account_id")
        batch_op.drop_column("email")
        batch_op.drop_column("address")
        batch_op.drop_column("source_id")
        batch_op.drop_column("postsecondary_until")
        batch_op.drop_column("postsecondary_from")
        batch_op.drop_column("name_key")

    with op.batch_alter_table("school", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_school_source_id"), type_="unique")
        batch_op.drop_column("closed_on")
        batch_op.drop_column("source_id")

    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_notice_account_id_account"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_notice_address_link_hash"), type_="unique")
        batch_op.drop_index("ix_notice_waiting")
        batch_op.drop_index(batch_op.f("ix_notice_account_id"))
        batch_op.drop_column("looked_again_at")
        batch_op.drop_column("needs_another_look")
        batch_op.drop_column("account_id")
        batch_op.drop_column("profile")
        batch_op.drop_column("version")
        batch_op.drop_column("withdrawn_by")
        batch_op.drop_column("withdrawn_at")
        batch_op.drop_column("entered_by")
        batch_op.drop_column("acknowledged_at")
        batch_op.drop_column("told_at")
        batch_op.drop_column("email_verified_at")
        batch_op.drop_column("address_link_hash")
        batch_op.drop_column("email")

    op.execute("UPDATE meeting_move SET announced_at = entered_at WHERE announced_at IS NULL")
    with op.batch_alter_table("meeting_move", schema=None) as batch_op:
        batch_op.alter_column("announced_at", existing_type=Moment(), nullable=False)
        batch_op.drop_column("entered_by")
        batch_op.drop_column("entered_at")
        batch_op.drop_column("new_planned_end")

    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_meeting_chair_id_account"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_meeting_calendar_uid"), type_="unique")
        batch_op.drop_index("ix_meeting_room_start")
        batch_op.drop_index(batch_op.f("ix_meeting_chair_id"))
        batch_op.drop_column("cancelled_by")
        batch_op.drop_column("cancelled_at")
        batch_op.drop_column("change_number")
        batch_op.drop_column("changed_at")
        batch_op.drop_column("calendar_uid")
        batch_op.drop_column("chair_id")

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_account_vendor_id_vendor"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_account_oidc_subject"), type_="unique")
        batch_op.drop_constraint(batch_op.f("uq_account_fs_webauthn_user_handle"), type_="unique")
        batch_op.drop_column("recovery_codes")
        batch_op.drop_column("totp_last_counter")
        batch_op.drop_column("totp_seed")
        batch_op.drop_column("second_factor")
        batch_op.drop_column("fs_webauthn_user_handle")
        batch_op.drop_column("oidc_subject")
        batch_op.drop_column("locked_until")
        batch_op.drop_column("failed_tries")
        batch_op.drop_column("deactivated_because")
        batch_op.drop_column("deactivated_by")
        batch_op.drop_column("deactivated_at")
        batch_op.drop_column("activated_at")
        batch_op.drop_column("vendor_id")
        batch_op.drop_column("certificated")
        batch_op.drop_column("language")
        batch_op.drop_column("kind")

    with op.batch_alter_table("speaker_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_speaker_answer_person_id"))

    op.drop_table("speaker_answer")
    with op.batch_alter_table("recorded_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recorded_person_request_id"))
        batch_op.drop_index(batch_op.f("ix_recorded_person_account_id"))

    op.drop_table("recorded_person")
    op.drop_table("notice_version")
    with op.batch_alter_table("dissemination_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dissemination_request_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_dissemination_request_account_id"))

    op.drop_table("dissemination_request")
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_participant_meeting_id"))

    op.drop_table("participant")
    with op.batch_alter_table("meeting_room_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_room_change_meeting_id"))

    op.drop_table("meeting_room_change")
    with op.batch_alter_table("school_enrolment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_school_enrolment_student_id"))
        batch_op.drop_index(batch_op.f("ix_school_enrolment_school_id"))

    op.drop_table("school_enrolment")
    with op.batch_alter_table("rights_restriction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rights_restriction_student_id"))
        batch_op.drop_index(batch_op.f("ix_rights_restriction_guardian_id"))

    op.drop_table("rights_restriction")
    with op.batch_alter_table("protection_flag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_protection_flag_student_id"))

    op.drop_table("protection_flag")
    with op.batch_alter_table("identity_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_identity_code_student_id"))
        batch_op.drop_index(batch_op.f("ix_identity_code_guardian_id"))

    op.drop_table("identity_code")
    with op.batch_alter_table("guardianship", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guardianship_student_id"))
        batch_op.drop_index("ix_guardianship_pair")
        batch_op.drop_index(batch_op.f("ix_guardianship_guardian_id"))

    op.drop_table("guardianship")
    with op.batch_alter_table("training_completion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_training_completion_account_id"))

    op.drop_table("training_completion")
    with op.batch_alter_table("suspension", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_suspension_lifted_at"))
        batch_op.drop_index(batch_op.f("ix_suspension_account_id"))

    op.drop_table("suspension")
    with op.batch_alter_table("staff_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_member_school_id"))

    op.drop_table("staff_member")
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_grant_school_id"))
        batch_op.drop_index(batch_op.f("ix_role_grant_role_id"))
        batch_op.drop_index(batch_op.f("ix_role_grant_ended_at"))
        batch_op.drop_index(batch_op.f("ix_role_grant_account_id"))

    op.drop_table("role_grant")
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_passkey_account_id"))

    op.drop_table("passkey")
    op.drop_table("guardian")
    with op.batch_alter_table("contractor_agreement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contractor_agreement_account_id"))

    op.drop_table("contractor_agreement")
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_feed_account_id"))

    op.drop_table("calendar_feed")
    with op.batch_alter_table("account_invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_invitation_account_id"))

    op.drop_table("account_invitation")
    op.drop_table("roster_refusal")
    op.drop_table("vendor")
    with op.batch_alter_table("roster_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roster_import_began_at"))

    op.drop_table("roster_import")
    with op.batch_alter_table("profile_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_profile_version_effective_from"))

    op.drop_table("profile_version")
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outgoing_mail_due_at"))
        batch_op.drop_index(batch_op.f("ix_outgoing_mail_about"))

    op.drop_table("outgoing_mail")


def _move_up() -> None:
    """What stood in the old tables, and what follows from it; the ids follow from it too, so that going up again gives the same rows."""
    database = op.get_bind()
    database.execute(sa.text("UPDATE account SET activated_at = created_at"))
    closed = ACCOUNT.update().where(~ACCOUNT.c.active)
    database.execute(closed.values(deactivated_at=ACCOUNT.c.created_at, deactivated_by="system"))  # so that an administrator can open them again
    _give_roles(database)
    _enrol_pupils(database)
    _keep_first_versions(database)


def _give_roles(database: sa.Connection) -> None:
    held = sa.select(ACCOUNT_ROLE.c.account_id, ACCOUNT_ROLE.c.role_id, ACCOUNT.c.created_at).join(ACCOUNT, ACCOUNT.c.id == ACCOUNT_ROLE.c.account_id)
    grants = [
        {"id": _id_of(f"{account}:{role}"), "account_id": account, "role_id": role, "given_at": since, "given_by": "system"}
        for account, role, since in database.execute(held)
    ]
    if grants:
        database.execute(ROLE_GRANT.insert(), grants)


def _enrol_pupils(database: sa.Connection) -> None:
    for pupil in database.execute(sa.select(STUDENT)).all():
        enrolment = {"id": _id_of(f"enrolment:{pupil.id}"), "student_id": pupil.id, "school_id": pupil.school_id, "source": "hand"}
        database.execute(ENROLMENT.insert(), enrolment)
        database.execute(STUDENT.update().where(STUDENT.c.id == pupil.id).values(name_key=_name_key(f"{pupil.given_name} {pupil.family_name}")))


def _keep_first_versions(database: sa.Connection) -> None:
    for notice in database.execute(sa.select(NOTICE)).all():
        said = {name: getattr(notice, name) for name in SAID}
        said |= {
            "recorder_role": notice.recorder_role.lower(),
            "meeting_date": notice.meeting_date.isoformat(),
            "meeting_time": notice.meeting_time.isoformat(),
            "needs_recording_to_understand": notice.needs_recording_to_understand,
        }
        version = {"notice_id": notice.id, "version": 1, "at": notice.received_at, "by": "public", "statement": said}
        database.execute(NOTICE_VERSION.insert(), version)


def _move_down() -> None:
    """The roles that are held now; what else is new goes. Whom only this version keeps out is closed, and no cancelled meeting stands again."""
    database = op.get_bind()
    now = datetime.now(UTC)
    _refuse_to_restore_meetings(database, now)
    held = sa.select(ROLE_GRANT.c.account_id, ROLE_GRANT.c.role_id).where(ROLE_GRANT.c.ended_at.is_(None)).distinct()
    database.execute(ACCOUNT_ROLE.insert().from_select(["account_id", "role_id"], held))
    _close_accounts(database, now)


def _refuse_to_restore_meetings(database: sa.Connection, now: datetime) -> None:
    ahead = sa.select(sa.func.count()).select_from(MEETING).where(MEETING.c.cancelled_at.is_not(None), MEETING.c.planned_end > now)
    if count := database.scalar(ahead):
        raise MigrationRefused(
            f"The database was left as it is: the version before knows no cancelled meetings, and {count} of days to come would stand again. "
            "Wait until their days are over, or go back to the backup made before the update."
        )


def _close_accounts(database: sa.Connection, now: datetime) -> None:
    """Families, contractors, the suspended, and whoever has not come back by a new invitation: the version before would let them all in."""
    of_everybody = SUSPENSION.c.account_id.is_(None) & (SUSPENSION.c.spared_id.is_(None) | (SUSPENSION.c.spared_id != ACCOUNT.c.id))
    lasts = SUSPENSION.c.lifted_at.is_(None) & (SUSPENSION.c.until.is_(None) | (SUSPENSION.c.until > now))
    is_suspended = sa.exists().where(lasts, (SUSPENSION.c.account_id == ACCOUNT.c.id) | of_everybody)
    kept_out = (ACCOUNT.c.kind != "staff") | ACCOUNT.c.vendor_id.is_not(None) | ACCOUNT.c.activated_at.is_(None) | is_suspended
    database.execute(ACCOUNT.update().where(kept_out).values(active=False))


def _id_of(what: str) -> str:
    return str(uuid5(NAMESPACE_OID, what))


def _name_key(name: str) -> str:
    """As people/names.py made it when this migration was written."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(char))
    return " ".join(sorted("".join(char if char.isalnum() else " " for char in bare).split()))[:200]
