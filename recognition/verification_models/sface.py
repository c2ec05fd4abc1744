"""SFace, 128-d."""

from functools import partial

from recognition.embedding import EMBEDDER_IDS, create_embedder
from recognition.verification_model import VerificationModel

MODEL = VerificationModel(
    name="sface",
    embedder_id=EMBEDDER_IDS["sface"],
    create=partial(create_embedder, "sface"),
    cosine_threshold=0.630,
    published={"cosine": 0.637, "euclidean_l2": 1.128},
    published_by="OpenCV, FaceRecognizerSF",
)
