"""Numbered changes of the face gallery: table, counter and triggers, for galleries in memory."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# At the commit, because the counter's lock is then held for an instant only; whoever commits later gets the
# higher number, so a reader never sees a number whose predecessors are still on their way.
CHANGED = """
CREATE FUNCTION gym_gallery_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    next bigint;
    client uuid;
BEGIN
    IF TG_TABLE_NAME = 'clients' THEN
        client := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN
        client := OLD.client_id;
    ELSE
        client := NEW.client_id;
    END IF;
    UPDATE counters SET value = value + 1 WHERE name = 'gallery' RETURNING value INTO next;
    INSERT INTO gallery_changes (client_id, number) VALUES (client, next)
        ON CONFLICT (client_id) DO UPDATE SET number = EXCLUDED.number;
    RETURN NULL;
END $$
"""
TEMPLATES = """
CREATE CONSTRAINT TRIGGER gallery_changed AFTER INSERT OR UPDATE OR DELETE ON face_templates
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gym_gallery_changed()
"""
CLIENTS = """
CREATE CONSTRAINT TRIGGER gallery_changed AFTER UPDATE ON clients
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.active IS DISTINCT FROM NEW.active)
    EXECUTE FUNCTION gym_gallery_changed()
"""


def upgrade() -> None:
    op.create_table(
        "gallery_changes",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_gallery_changes")),
        sa.UniqueConstraint("number", name=op.f("uq_gallery_changes_number")),
    )
    op.execute("INSERT INTO counters (name) VALUES ('gallery')")
    for statement in (CHANGED, TEMPLATES, CLIENTS):
        op.execute(statement)


def downgrade() -> None:
    for table in ("face_templates", "clients"):
        op.execute(f"DROP TRIGGER gallery_changed ON {table}")
    op.execute("DROP FUNCTION gym_gallery_changed()")
    op.execute("DELETE FROM counters WHERE name = 'gallery'")
    op.drop_table("gallery_changes")
