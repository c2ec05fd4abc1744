"""The networks that faces can be verified with, one small file each: a new file here is a new choice."""

from importlib import import_module
from pkgutil import iter_modules

from recognition.verification_model import VerificationModel

MODELS: dict[str, VerificationModel] = {
    found.name: found
    for found in (import_module(f"{__name__}.{module.name}").MODEL for module in iter_modules(__path__))
}
"""By name."""


def model_of(embedder_id: str) -> VerificationModel:
    """The model that makes these embeddings.

    Raises:
        ValueError: none does.
    """
    for model in MODELS.values():
        if model.embedder_id == embedder_id:
            return model
    raise ValueError(f"no threshold is known for the embedder {embedder_id!r}")
