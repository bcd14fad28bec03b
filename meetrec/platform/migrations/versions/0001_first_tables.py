"""The first tables, and the triggers that keep the journal append-only."""

import sqlalchemy as sa
from alembic import op

import meetrec.platform.database

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

REFUSAL = "the journal is append-only"
TRIGGERS = {
    "sqlite": (
        f"CREATE TRIGGER journal_entry_no_update BEFORE UPDATE ON journal_entry BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        f"CREATE TRIGGER journal_entry_no_delete BEFORE DELETE ON journal_entry BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    ),
    "postgresql": (
        f"CREATE FUNCTION journal_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
        "CREATE TRIGGER journal_entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_entry_refuse()",
    ),
}

LIFT_TRIGGERS = {
    "sqlite": ("DROP TRIGGER journal_entry_no_update", "DROP TRIGGER journal_entry_no_delete"),
    "postgresql": ("DROP TRIGGER journal_entry_no_change ON journal_entry", "DROP FUNCTION journal_entry_refuse"),
}


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "account",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("is_demonstration", sa.Boolean(), nullable=False),
        sa.Column("created_at", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("last_login_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("current_login_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("last_login_ip", sa.String(length=64), nullable=True),
        sa.Column("current_login_ip", sa.String(length=64), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_account_fs_uniquifier")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.JSON(), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("lease_until", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=True),
        sa.Column("created_at", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("started_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("ended_at", meetrec.platform.database.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "journal_entry",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("verb", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("entry_hash", sa.String(length=64), nullable=False),
        sa.Column("recording_id", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint("entry_hash", name=op.f("uq_journal_entry_entry_hash")),
    )
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_entry_recording_id"), ["recording_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_entry_subject"), ["subject"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_entry_verb"), ["verb"], unique=False)

    op.create_table(
        "process_lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=36), nullable=False),
        sa.Column("until", meetrec.platform.database.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_process_lease")),
    )
    op.create_table(
        "role",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("name", name=op.f("uq_role_name")),
    )
    op.create_table(
        "school",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school")),
        sa.UniqueConstraint("name", name=op.f("uq_school_name")),
    )
    op.create_table(
        "account_role",
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("role_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_role_account_id_account")),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_account_role_role_id_role")),
        sa.PrimaryKeyConstraint("account_id", "role_id", name=op.f("pk_account_role")),
    )
    op.create_table(
        "room",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("school_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_room_school_id_school")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("school_id", "name", name=op.f("uq_room_school_id")),
    )
    op.create_table(
        "student",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("given_name", sa.String(length=80), nullable=False),
        sa.Column("family_name", sa.String(length=80), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("school_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_student_school_id_school")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_student")),
    )
    op.create_table(
        "kiosk",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("room_id", sa.String(length=36), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("enrolled_at", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("last_seen_at", meetrec.platform.database.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_kiosk_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_kiosk_token_hash")),
    )
    op.create_table(
        "meeting",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.Enum("IEP", "SECTION_504", name="meetingkind", native_enum=False, length=20), nullable=False),
        sa.Column("student_id", sa.String(length=36), nullable=False),
        sa.Column("room_id", sa.String(length=36), nullable=False),
        sa.Column("first_start", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("start", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("planned_end", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("created_at", meetrec.platform.database.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_meeting_room_id_room")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_meeting_student_id_student")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
    )
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_start"), ["start"], unique=False)

    op.create_table(
        "meeting_move",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("meeting_id", sa.String(length=36), nullable=False),
        sa.Column("announced_at", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("by", sa.String(length=10), nullable=False),
        sa.Column("new_start", meetrec.platform.database.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_move_meeting_id_meeting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_move")),
    )
    with op.batch_alter_table("meeting_move", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_move_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("received_at", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("entered_at", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("recorder_name", sa.String(length=120), nullable=False),
        sa.Column("recorder_role", sa.Enum("PARENT", "LEGAL_GUARDIAN", "ELIGIBLE_STUDENT", name="recorderrole", native_enum=False, length=20), nullable=False),
        sa.Column("student_name", sa.String(length=160), nullable=False),
        sa.Column("school_name", sa.String(length=120), nullable=False),
        sa.Column("meeting_date", sa.Date(), nullable=False),
        sa.Column("meeting_time", sa.Time(), nullable=False),
        sa.Column("device", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("accommodation_request", sa.Text(), nullable=True),
        sa.Column("needs_recording_to_understand", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("deadline", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("deadline_start_rule", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("deadline_date_rule", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("link_hash", sa.String(length=64), nullable=False),
        sa.Column("meeting_id", sa.String(length=36), nullable=True),
        sa.Column("matched_at", meetrec.platform.database.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_notice_meeting_id_meeting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_notice_link_hash")),
        sa.UniqueConstraint("reference", name=op.f("uq_notice_reference")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "record",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("record_class", sa.String(length=24), nullable=False),
        sa.Column("series", sa.String(length=12), nullable=False),
        sa.Column("media_kind", sa.String(length=24), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("maintained_by", sa.String(length=12), nullable=False),
        sa.Column("ferpa", sa.Boolean(), nullable=False),
        sa.Column("idea_part_b", sa.Boolean(), nullable=False),
        sa.Column("directory_eligible", sa.Boolean(), nullable=False),
        sa.Column("recording_id", sa.String(length=36), nullable=False),
        sa.Column("meeting_id", sa.String(length=36), nullable=False),
        sa.Column("duration", sa.Double(), nullable=False),
        sa.Column("created_at", meetrec.platform.database.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_record_meeting_id_meeting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
        sa.UniqueConstraint("recording_id", name=op.f("uq_record_recording_id")),
    )
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "recording",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("meeting_id", sa.String(length=36), nullable=False),
        sa.Column("notice_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.Enum("ARMED", "RECORDING", "DELIVERED", "STORED", "BROKEN", name="recordingstate", native_enum=False, length=12), nullable=False),
        sa.Column("kiosk_state", sa.String(length=12), nullable=True),
        sa.Column("kiosk_state_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("armed_at", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("started_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("stopped_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("closing", sa.JSON(), nullable=True),
        sa.Column("sentence", sa.String(), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_recording_meeting_id_meeting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
        sa.UniqueConstraint("record_id", name=op.f("uq_recording_record_id")),
    )
    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recording_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recording_notice_id"), ["notice_id"], unique=False)

    op.create_table(
        "record_student",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("student_id", sa.String(length=36), nullable=False),
        sa.Column("relation", sa.String(length=28), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_student_record_id_record")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_record_student_student_id_student")),
        sa.PrimaryKeyConstraint("record_id", "student_id", name=op.f("pk_record_student")),
    )
    with op.batch_alter_table("record_student", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_student_student_id"), ["student_id"], unique=False)

    op.create_table(
        "run",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("recording_id", sa.String(length=36), nullable=False),
        sa.Column("kiosk_id", sa.String(length=36), nullable=False),
        sa.Column("started_at", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("statement", sa.JSON(), nullable=False),
        sa.Column("statement_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosk.id"], name=op.f("fk_run_kiosk_id_kiosk")),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_run_recording_id_recording")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_recording_id"), ["recording_id"], unique=False)

    op.create_table(
        "sitting",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("began_at", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("last_sign_at", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("ended_at", meetrec.platform.database.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sitting_account_id_account")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_sitting_record_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting")),
    )
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.create_index("ix_sitting_open", ["account_id", "record_id", "purpose", "ended_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sitting_record_id"), ["record_id"], unique=False)

    op.create_table(
        "stored_object",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column(
            "role", sa.Enum("MASTER", "LISTENING_COPY", "PEAKS", "TRANSCRIPT", "GAP_LEDGER", name="objectrole", native_enum=False, length=20), nullable=False
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=True),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", meetrec.platform.database.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_stored_object_record_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_object")),
    )
    with op.batch_alter_table("stored_object", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_object_record_id"), ["record_id"], unique=False)

    op.create_table(
        "piece",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("microphone", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("received_at", meetrec.platform.database.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_piece_run_id_run")),
        sa.PrimaryKeyConstraint("run_id", "microphone", "position", name=op.f("pk_piece")),
    )
    op.create_table(
        "transcript",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("object_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("engine", sa.JSON(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("created_at", meetrec.platform.database.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["object_id"], ["stored_object.id"], name=op.f("fk_transcript_object_id_stored_object")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_transcript_record_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcript")),
    )
    with op.batch_alter_table("transcript", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transcript_record_id"), ["record_id"], unique=False)
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Go back."""
    for statement in LIFT_TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)
    with op.batch_alter_table("transcript", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_transcript_record_id"))

    op.drop_table("transcript")
    op.drop_table("piece")
    with op.batch_alter_table("stored_object", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_object_record_id"))

    op.drop_table("stored_object")
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sitting_record_id"))
        batch_op.drop_index("ix_sitting_open")

    op.drop_table("sitting")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_run_recording_id"))

    op.drop_table("run")
    with op.batch_alter_table("record_student", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_student_student_id"))

    op.drop_table("record_student")
    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recording_notice_id"))
        batch_op.drop_index(batch_op.f("ix_recording_meeting_id"))

    op.drop_table("recording")
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_meeting_id"))

    op.drop_table("record")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_meeting_id"))

    op.drop_table("notice")
    with op.batch_alter_table("meeting_move", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_move_meeting_id"))

    op.drop_table("meeting_move")
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_start"))

    op.drop_table("meeting")
    op.drop_table("kiosk")
    op.drop_table("student")
    op.drop_table("room")
    op.drop_table("account_role")
    op.drop_table("school")
    op.drop_table("role")
    op.drop_table("process_lease")
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journal_entry_verb"))
        batch_op.drop_index(batch_op.f("ix_journal_entry_subject"))
        batch_op.drop_index(batch_op.f("ix_journal_entry_recording_id"))

    op.drop_table("journal_entry")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_subject_id"))
        batch_op.drop_index(batch_op.f("ix_job_state"))
        batch_op.drop_index(batch_op.f("ix_job_kind"))

    op.drop_table("job")
    op.drop_table("account")
