"""Sign-ins (token families) as rows: listed, ended one by one, with an absolute end after thirty days.

Those that stand are carried over from their refresh tokens, so that no kiosk has to sign in anew. While
replicas of the version before still run, triggers open the sign-in of a token that they issue and end the
sign-in of one that they revoke.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CARRY_OVER = """
INSERT INTO sign_ins (id, subject_id, scope, opened_at, renewed_at, ends_at, ended_at)
SELECT family, (array_agg(subject_id))[1], (array_agg(scope))[1], min(issued_at), max(issued_at),
    min(issued_at) + interval '30 days', max(revoked_at)
FROM refresh_tokens GROUP BY family
"""
OPENED = """
CREATE FUNCTION gym_open_sign_in() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sign_ins (id, subject_id, scope, opened_at, renewed_at, ends_at)
    VALUES (NEW.family, NEW.subject_id, NEW.scope, NEW.issued_at, NEW.issued_at,
        NEW.issued_at + interval '30 days')
    ON CONFLICT (id) DO NOTHING;
    RETURN NEW;
END $$
"""
OPENS = """
CREATE TRIGGER open_sign_in BEFORE INSERT ON refresh_tokens FOR EACH ROW
    EXECUTE FUNCTION gym_open_sign_in()
"""
ENDED = """
CREATE FUNCTION gym_end_sign_in() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE sign_ins SET ended_at = NEW.revoked_at WHERE id = NEW.family AND ended_at IS NULL;
    RETURN NULL;
END $$
"""
ENDS = """
CREATE TRIGGER end_sign_in AFTER UPDATE OF revoked_at ON refresh_tokens FOR EACH ROW
    WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION gym_end_sign_in()
"""


def upgrade() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )
    op.create_index(op.f("ix_sign_ins_subject_id"), "sign_ins", ["subject_id"])
    op.create_index(op.f("ix_sign_ins_ends_at"), "sign_ins", ["ends_at"])
    op.execute("LOCK TABLE refresh_tokens IN SHARE ROW EXCLUSIVE MODE")  # none is issued in between
    op.execute(CARRY_OVER)
    op.execute(OPENED)
    op.execute(OPENS)
    op.execute(ENDED)
    op.execute(ENDS)


def downgrade() -> None:
    op.execute("DROP TRIGGER end_sign_in ON refresh_tokens")
    op.execute("DROP FUNCTION gym_end_sign_in()")
    op.execute("DROP TRIGGER open_sign_in ON refresh_tokens")
    op.execute("DROP FUNCTION gym_open_sign_in()")
    op.drop_table("sign_ins")
