"""What is known of a network that faces can be verified with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from recognition.embedding import Embedder
from recognition.verification import Metric, in_metric


@dataclass(frozen=True)
class VerificationModel:
    """A network, and how near is near enough.

    Attributes:
        name: as the command line calls it.
        embedder_id: of the embeddings it makes.
        create: ``create(weights_dir, threads=…, streams=…, precision=…, device=…)`` gives the embedder.
        cosine_threshold: cosine distance that one in a thousand pairs of different people stays below
            (false acceptance rate 0.1 %), measured on LFW: docs/verification.md.
        published: thresholds that others publish for this network, by metric, and who they are.
    """

    name: str
    embedder_id: str
    create: Callable[..., Embedder]
    cosine_threshold: float
    published: Mapping[Metric, float] = field(default_factory=dict)
    published_by: str = ""

    def threshold(self, metric: Metric = "cosine") -> float:
        """Largest distance that counts as the same person.

        Raises:
            ValueError: unknown metric.
        """
        return in_metric(self.cosine_threshold, metric)
