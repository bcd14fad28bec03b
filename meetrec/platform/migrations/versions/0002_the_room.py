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
    with op.batch_alter_table("kiosk", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_key", sa.String(length=44), nullable=True))
        batch_op.add_column(sa.Column("name", sa.String(length=80), server_default="Main kiosk", nullable=False))
        batch_op.add_column(sa.Column("is_reserve", sa.Boolean(), server_default=sa.text("(false)"), nullable=False))
        batch_op.add_column(sa.Column("revoked_at", meetrec.platform.database.Moment(), nullable=True))
        batch_op.add_column(sa.Column("revoked_by", sa.String(length=80), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("kiosk", schema=None) as batch_op:
        batch_op.drop_column("revoked_by")
        batch_op.drop_column("revoked_at")
        batch_op.drop_column("is_reserve")
        batch_op.drop_column("name")
        batch_op.drop_column("public_key")

    op.drop_table("kiosk_invitation")
