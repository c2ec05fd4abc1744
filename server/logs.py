"""What the server writes to stderr: one line an event, never a name, a picture or a secret."""

import logging

FORMAT = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"
QUIET = ("alembic", "huey", "gunicorn.access")


def configure() -> None:
    """For processes of ours; a host that embeds the app keeps its own logging."""
    logging.basicConfig(level=logging.INFO, format=FORMAT)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
