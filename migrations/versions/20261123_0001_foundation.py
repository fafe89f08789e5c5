"""Extensions and the folding function that search stands on."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

EXTENSIONS = ("vector", "pg_trgm", "unaccent", "btree_gist")

# unaccent() is only STABLE, because a dictionary may change; naming the dictionary makes it safe to index.
FOLD = """
CREATE FUNCTION gym_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT public.unaccent('public.unaccent'::regdictionary, lower(value)) $$
"""


def upgrade() -> None:
    for extension in EXTENSIONS:
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension} SCHEMA public")
    op.execute(FOLD)


def downgrade() -> None:
    op.execute("DROP FUNCTION gym_fold(text)")
