"""The demo class's pictures, for the kiosk's demo camera."""

from flask import Response, jsonify, send_from_directory, url_for

from server.db import get_db
from server.exceptions import NotFound
from server.runtime import get_runtime
from server.services import demo
from server.views.api.blueprints import kiosk_api


@kiosk_api.get("/demo/people")
def people() -> Response:
    """The people of the demo class, each with pictures that they were not enrolled from."""
    return jsonify(
        [
            {
                "id": person.id,
                "name": person.name,
                "pictures": [
                    url_for("kiosk_api.picture", person=person.id, name=name) for name in person.probes
                ],
            }
            for person in _people().values()
        ]
    )


@kiosk_api.get("/demo/pictures/<person>/<name>")
def picture(person: str, name: str) -> Response:
    """One of those pictures."""
    found = _people().get(person)
    if found is None or name not in found.probes:
        raise NotFound("picture_not_found")
    folder = get_runtime().settings.demo_dir / person / "probe"
    return send_from_directory(folder.resolve(), name, mimetype="image/jpeg", max_age=3600)


def _people() -> dict[str, demo.DemoPerson]:
    if not demo.exists(get_db()):
        raise NotFound("demo_unavailable")
    return demo.load_people(get_runtime().settings.demo_dir)
