"""``python -m server retention``: what would go, and letting it go now."""

from server.commands.database import open_database
from server.key_agreement import agree
from server.models import utc_now
from server.runtime import Runtime, load_engine
from server.services import retention
from server.services.roster_models import RosterModels
from server.settings import Settings


def run(settings: Settings, *, only_look: bool) -> int:
    """Lists by student number whose photos are due, or deletes them."""
    if settings.photo_days is None:
        print("FACE_CHECKIN_PHOTO_DAYS is not set: photos are kept until consent ends.")
        return 0
    open_database(settings).dispose()
    runtime = Runtime(settings)
    try:
        agree(settings, runtime.database, runtime.keys)
        with runtime.sessions() as db:
            found = retention.due(db, settings.photo_days, utc_now())
            for one in found:
                print(f"{one.student.number}: {one.photos} photos, last needed {one.last_needed:%Y-%m-%d}")
            if only_look or not found:
                print(f"{len(found)} students are due.")
                return 0
            models = RosterModels(runtime.store, runtime.vault, load_engine(settings).embedder_id)
            changed = runtime.jobs.refit_roster
            done = retention.purge(db, models, runtime.audit, settings.photo_days, utc_now(), changed)
            print(f"The photos and templates of {done} students are deleted.")
    finally:
        runtime.stop()
    return 0
