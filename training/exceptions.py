"""What `training` raises on purpose; each message is one sentence for the person at the terminal."""


class TrainingError(Exception):
    """Base of every error this package raises on purpose."""


class FolderUnusable(TrainingError):
    """A folder of photos is missing or not laid out as one subfolder per person."""


class TooFewPhotos(TrainingError):
    """Nothing that was accepted is left to learn from."""


class GroupsUnusable(TrainingError):
    """A file of labels is not what `--groups` takes; the message says what to mend."""
