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
        "opening",
        sa.Column("recording_id", sa.String(length=36), nullable=False),
        sa.Column("parent_records", sa.String(length=8), nullable=True),
        sa.Column("asked_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("device", sa.String(length=200), nullable=True),
        sa.Column("device_as_in_notice", sa.Boolean(), nullable=True),
        sa.Column("in_plain_sight", sa.Boolean(), nullable=True),
        sa.Column("everyone_told", sa.Boolean(), nullable=True),
        sa.Column("opened_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("not_heard", sa.JSON(), nullable=True),
        sa.Column("objection_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("objection_by", sa.String(length=20), nullable=True),
        sa.Column("closed_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("closing_in_plain_sight", sa.String(length=8), nullable=True),
        sa.Column("has_closing_notes", sa.Boolean(), nullable=True),
        sa.Column("district_copy_complete", sa.Boolean(), nullable=True),
        sa.Column("ended_at", meetrec.platform.database.Moment(), nullable=True),
        sa.Column("end_confirmed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_opening_recording_id_recording")),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_opening")),
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

    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kiosk_alarms", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("kiosk_hours_left", sa.Double(), nullable=True))

    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("interrupted_at", meetrec.platform.database.Moment(), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_column("interrupted_at")

    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.drop_column("kiosk_hours_left")
        batch_op.drop_column("kiosk_alarms")

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

    op.drop_table("room_entry")
    op.drop_table("opening")
    op.drop_table("kiosk_invitation")
