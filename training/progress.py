"""Progress in a terminal: one bar per stage, in the order in which the stages report."""

from __future__ import annotations

from types import TracebackType

from tqdm import tqdm


class ProgressBars:
    """A `training.photos.Progress` that draws; use it as a context manager, it closes its bars."""

    def __init__(self) -> None:
        self._stage = ""
        self._bar: tqdm | None = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage or self._bar is None:
            self._close()
            self._stage, self._bar = stage, tqdm(total=total, desc=stage.ljust(18), unit="")
        self._bar.update(done - self._bar.n)
        if done >= total:
            self._bar.close()

    def __enter__(self) -> ProgressBars:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
