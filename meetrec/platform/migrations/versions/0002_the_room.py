"""The room: kiosk keys and invitations, the room log, the district copy."""

import sqlalchemy as sa
from alembic import op

import meetrec.platform.database

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "upload_under_way",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("object_id", sa.String(length=36), nullable=False),
        sa.Column("began_at", meetrec.platform.database.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_upload_under_way")),
    )
    op.create_table(
        "kiosk_invitation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("room_id", sa.String(length=36), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("is_reserve", sa.Boolean(), nullable=False),
        sa.Column("made_at", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("expires_at", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("used_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("kiosk_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosk.id"], name=op.f("fk_kiosk_invitation_kiosk_id_kiosk")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_kiosk_invitation_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_invitation")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_kiosk_invitation_code_hash")),
    )
    op.create_table(
        "district_copy_answer",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("meeting_id", sa.String(length=36), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("recording_id", sa.String(length=36), nullable=True),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("answered_at", meetrec.platform.database.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_district_copy_answer_account_id_account")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_district_copy_answer_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_district_copy_answer_recording_id_recording")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_district_copy_answer")),
    )
    with op.batch_alter_table("district_copy_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_district_copy_answer_answered_at"), ["answered_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_district_copy_answer_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "kiosk_copy",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("recording_id", sa.String(length=36), nullable=False),
        sa.Column("kiosk_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.Enum("ARMED", "RECORDING", "DELIVERED", "STORED", "BROKEN", name="recordingstate", native_enum=False, length=12), nullable=False),
        sa.Column("kiosk_state", sa.String(length=12), nullable=True),
        sa.Column("kiosk_state_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("kiosk_alarms", sa.JSON(), nullable=True),
        sa.Column("kiosk_hours_left", sa.Double(), nullable=True),
        sa.Column("started_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("stopped_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("closing", sa.JSON(), nullable=True),
        sa.Column("sentence", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosk.id"], name=op.f("fk_kiosk_copy_kiosk_id_kiosk")),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_kiosk_copy_recording_id_recording")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_copy")),
        sa.UniqueConstraint("recording_id", "kiosk_id", name=op.f("uq_kiosk_copy_recording_id")),
    )
    op.create_table(
        "opening",
        sa.Column("recording_id", sa.String(length=36), nullable=False),
        sa.Column("kiosk_id", sa.String(length=36), nullable=False),
        sa.Column("parent_records", sa.String(length=8), nullable=True),
        sa.Column("asked_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("device", sa.String(length=200), nullable=True),
        sa.Column("device_as_in_notice", sa.Boolean(), nullable=True),
        sa.Column("in_plain_sight", sa.Boolean(), nullable=True),
        sa.Column("everyone_told", sa.Boolean(), nullable=True),
        sa.Column("opened_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("not_recorded_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("begun_for", sa.String(length=8), nullable=True),
        sa.Column("not_heard", sa.JSON(), nullable=True),
        sa.Column("objection_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("objection_by", sa.String(length=20), nullable=True),
        sa.Column("closed_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("closing_in_plain_sight", sa.String(length=8), nullable=True),
        sa.Column("district_copy_complete", sa.Boolean(), nullable=True),
        sa.Column("end_confirmed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosk.id"], name=op.f("fk_opening_kiosk_id_kiosk")),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_opening_recording_id_recording")),
        sa.PrimaryKeyConstraint("recording_id", "kiosk_id", name=op.f("pk_opening")),
    )
    op.create_table(
        "refused_delivery",
        sa.Column("recording_id", sa.String(length=36), nullable=False),
        sa.Column("kiosk_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("microphone", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("refused_at", meetrec.platform.database.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosk.id"], name=op.f("fk_refused_delivery_kiosk_id_kiosk")),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_refused_delivery_recording_id_recording")),
        sa.PrimaryKeyConstraint("recording_id", "kiosk_id", "place", "run_id", "microphone", name=op.f("pk_refused_delivery")),
    )
    op.create_table(
        "room_entry",
        sa.Column("recording_id", sa.String(length=36), nullable=False),
        sa.Column("kiosk_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("clock_offset", sa.Double(), nullable=True),
        sa.Column("elapsed", sa.Double(), nullable=True),
        sa.Column("run_id", sa.String(length=36), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("received_at", meetrec.platform.database.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosk.id"], name=op.f("fk_room_entry_kiosk_id_kiosk")),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_room_entry_recording_id_recording")),
        sa.PrimaryKeyConstraint("recording_id", "kiosk_id", "position", name=op.f("pk_room_entry")),
    )
    op.create_table(
        "uploaded_copy",
        sa.Column("recording_id", sa.String(length=36), nullable=False),
        sa.Column("object_id", sa.String(length=36), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sound_format", sa.String(length=20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.Integer(), nullable=True),
        sa.Column("has_cover", sa.Boolean(), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("starts_at", meetrec.platform.database.Moment(), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("uploaded_at", meetrec.platform.database.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_uploaded_copy_account_id_account")),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_uploaded_copy_recording_id_recording")),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_uploaded_copy")),
        sa.UniqueConstraint("sha256", name=op.f("uq_uploaded_copy_sha256")),
    )
    with op.batch_alter_table("kiosk", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_key", sa.String(length=44), nullable=True))
        batch_op.add_column(sa.Column("name", sa.String(length=80), server_default="Main kiosk", nullable=False))
        batch_op.add_column(sa.Column("is_reserve", sa.Boolean(), server_default=sa.text("(false)"), nullable=False))
        batch_op.add_column(sa.Column("revoked_at", meetrec.platform.database.Moment(), nullable=True))
        batch_op.add_column(sa.Column("revoked_by", sa.String(length=80), nullable=True))
        batch_op.create_index(batch_op.f("ix_kiosk_public_key"), ["public_key"], unique=True)

    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stated_at", meetrec.platform.database.Moment(), nullable=True))

    with op.batch_alter_table("piece", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stands_for", sa.String(length=64), nullable=True))

    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.add_column(sa.Column("made_on", sa.String(length=16), server_default="kiosk", nullable=False))
        batch_op.add_column(sa.Column("unheard", sa.Double(), nullable=True))

    op.execute(
        "INSERT INTO kiosk_copy (id, recording_id, kiosk_id, state, kiosk_state, kiosk_state_at, started_at, stopped_at, closing, sentence) "
        "SELECT id, id, (SELECT kiosk_id FROM run WHERE run.recording_id = recording.id ORDER BY started_at LIMIT 1), state, "
        "kiosk_state, kiosk_state_at, started_at, stopped_at, closing, sentence FROM recording "
        "WHERE EXISTS (SELECT 1 FROM run WHERE run.recording_id = recording.id)"
    )
    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.add_column(sa.Column("led_by", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("reserve_reason", sa.String(length=400), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_recording_led_by_kiosk"), "kiosk", ["led_by"], ["id"])
        batch_op.drop_column("kiosk_state")
        batch_op.drop_column("stopped_at")
        batch_op.drop_column("closing")
        batch_op.drop_column("kiosk_state_at")
        batch_op.drop_column("sentence")

    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("interrupted_at", meetrec.platform.database.Moment(), nullable=True))

    with op.batch_alter_table("stored_object", schema=None) as batch_op:
        batch_op.add_column(sa.Column("copy_number", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("kiosk_id", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("is_reserve", sa.Boolean(), server_default=sa.text("(false)"), nullable=False))
        batch_op.create_foreign_key(batch_op.f("fk_stored_object_kiosk_id_kiosk"), "kiosk", ["kiosk_id"], ["id"])
    op.execute(
        "UPDATE recording SET led_by = (SELECT kiosk_id FROM kiosk_copy WHERE kiosk_copy.recording_id = recording.id) "
        "WHERE state IN ('DELIVERED', 'STORED', 'BROKEN')"
    )
    op.execute(
        "UPDATE stored_object SET kiosk_id = (SELECT kiosk_copy.kiosk_id FROM kiosk_copy JOIN record ON record.recording_id = kiosk_copy.recording_id "
        "WHERE record.id = stored_object.record_id)"
    )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("stored_object", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_stored_object_kiosk_id_kiosk"), type_="foreignkey")
        batch_op.drop_column("is_reserve")
        batch_op.drop_column("kiosk_id")
        batch_op.drop_column("copy_number")

    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_column("interrupted_at")

    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sentence", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("kiosk_state_at", meetrec.platform.database.Moment(), nullable=True))
        batch_op.add_column(sa.Column("closing", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("stopped_at", meetrec.platform.database.Moment(), nullable=True))
        batch_op.add_column(sa.Column("kiosk_state", sa.String(length=12), nullable=True))
        batch_op.drop_constraint(batch_op.f("fk_recording_led_by_kiosk"), type_="foreignkey")
        batch_op.drop_column("reserve_reason")
        batch_op.drop_column("led_by")

    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.drop_column("unheard")
        batch_op.drop_column("made_on")

    with op.batch_alter_table("piece", schema=None) as batch_op:
        batch_op.drop_column("stands_for")

    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_column("stated_at")

    with op.batch_alter_table("kiosk", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kiosk_public_key"))
        batch_op.drop_column("revoked_by")
        batch_op.drop_column("revoked_at")
        batch_op.drop_column("is_reserve")
        batch_op.drop_column("name")
        batch_op.drop_column("public_key")

    op.drop_table("uploaded_copy")
    op.drop_table("room_entry")
    op.drop_table("refused_delivery")
    op.drop_table("opening")
    op.execute("UPDATE recording SET closing = (SELECT closing FROM kiosk_copy WHERE recording_id = recording.id ORDER BY started_at LIMIT 1)")
    op.execute("UPDATE recording SET kiosk_state = (SELECT kiosk_state FROM kiosk_copy WHERE recording_id = recording.id ORDER BY started_at LIMIT 1)")
    op.execute("UPDATE recording SET kiosk_state_at = (SELECT kiosk_state_at FROM kiosk_copy WHERE recording_id = recording.id ORDER BY started_at LIMIT 1)")
    op.execute("UPDATE recording SET stopped_at = (SELECT stopped_at FROM kiosk_copy WHERE recording_id = recording.id ORDER BY started_at LIMIT 1)")
    op.execute("UPDATE recording SET sentence = (SELECT sentence FROM kiosk_copy WHERE recording_id = recording.id ORDER BY started_at LIMIT 1)")
    op.drop_table("kiosk_copy")
    with op.batch_alter_table("district_copy_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_district_copy_answer_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_district_copy_answer_answered_at"))

    op.drop_table("district_copy_answer")
    op.drop_table("kiosk_invitation")
    op.drop_table("upload_under_way")
