"""What the processor gives this process: how many cores, and which arithmetic."""

import math
import os
from pathlib import Path

# Instruction sets with which a multiplication of bfloat16 is one instruction. OpenVINO also computes in bf16
# without them, by way of f32: coarser and no faster.
_NATIVE_BF16 = {"avx512_bf16", "amx_bf16", "bf16"}


def available_threads(root: Path = Path("/")) -> int:
    """Cores this process may use: those it may run on, and no more than a container's quota pays for.

    Args:
        root: where ``proc`` and ``sys`` are.
    """
    cores = len(os.sched_getaffinity(0))
    quota = cpu_quota(root)
    # A thread too many is stopped for the rest of each period, which costs more than it computed.
    return cores if quota is None else max(1, min(cores, math.floor(quota)))


def cpu_quota(root: Path = Path("/")) -> float | None:
    """Cores' worth of time that the control groups of this process allow, None without a limit.

    Reads cgroup v2 (``cpu.max``) and v1 (``cpu.cfs_quota_us``); of a group and the groups it lies in the
    smallest counts. See the kernel's ``Documentation/admin-guide/cgroup-v2.rst``.
    """
    membership = root / "proc/self/cgroup"
    if not membership.is_file():
        return None
    mount = root / "sys/fs/cgroup"
    limits = []
    for line in membership.read_text().splitlines():
        _, controllers, group = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        top = mount / controllers if controllers else mount
        folder = top / group.lstrip("/")
        # In a container the path may be the host's, which is not mounted here: the top is then the group.
        folders = [folder, *folder.parents]
        for place in folders[: folders.index(top) + 1]:
            limit = _limit_v1(place) if controllers else _limit_v2(place)
            if limit is not None:
                limits.append(limit)
    return min(limits, default=None)


def _limit_v2(folder: Path) -> float | None:
    file = folder / "cpu.max"
    if not file.is_file():
        return None
    quota, period = file.read_text().split()
    return None if quota == "max" else int(quota) / int(period)


def _limit_v1(folder: Path) -> float | None:
    file = folder / "cpu.cfs_quota_us"
    if not file.is_file():
        return None
    quota = int(file.read_text())
    return None if quota <= 0 else quota / int((folder / "cpu.cfs_period_us").read_text())


def multiplies_bf16(root: Path = Path("/")) -> bool:
    """Whether the processor has instructions for bfloat16; False where that cannot be found out."""
    info = root / "proc/cpuinfo"
    if not info.is_file():
        return False
    for line in info.read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() in {"flags", "Features"}:
            return not _NATIVE_BF16.isdisjoint(value.split())
    return False
