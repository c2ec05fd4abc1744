"""FaceNet and SFace side by side, as identification uses them."""

from functools import partial

from recognition.embedding import EMBEDDER_IDS, create_embedder
from recognition.verification_model import VerificationModel

MODEL = VerificationModel(
    name="fusion",
    embedder_id=EMBEDDER_IDS["fusion"],
    create=partial(create_embedder, "fusion"),
    cosine_threshold=0.625,
)
