"""The forms that answers take in the description."""

from server.views.api.description.schemas import Schema, ref


def json_answer(description: str, *schemas: Schema) -> Schema:
    """A JSON answer of one of these shapes."""
    schema = schemas[0] if len(schemas) == 1 else {"oneOf": list(schemas)}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def error(description: str) -> Schema:
    """A refusal with its reason."""
    return json_answer(description, ref("Error"))


def refused(description: str) -> Schema:
    """A visit that was stored, but whose pictures told nothing; or a refusal before that."""
    return {
        "description": description,
        "content": {"application/json": {"schema": {"anyOf": [ref("RefusedVisit"), ref("Error")]}}},
    }


def json_body(schema: Schema) -> Schema:
    """A JSON request body."""
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def in_path(name: str, schema: Schema) -> Schema:
    """A path parameter."""
    return {"name": name, "in": "path", "required": True, "schema": schema}
