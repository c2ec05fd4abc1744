"""FaceNet 20180402-114759, 512-d."""

from functools import partial

from recognition.embedding import EMBEDDER_IDS, create_embedder
from recognition.verification_model import VerificationModel

MODEL = VerificationModel(
    name="facenet",
    embedder_id=EMBEDDER_IDS["facenet"],
    create=partial(create_embedder, "facenet"),
    cosine_threshold=0.457,
    published={"cosine": 0.30, "euclidean_l2": 1.04},
    published_by="deepface, Facenet512 (another training of the network)",
)
