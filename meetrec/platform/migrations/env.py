"""How Alembic reaches the database: the engine is handed in, so that a migration runs on what the program runs on."""

from alembic import context

from meetrec.platform.database import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    user_module_prefix="meetrec.platform.database.",
)
with context.begin_transaction():
    context.run_migrations()
