"""Cores and quota, read from files as the kernel writes them."""

import os

import pytest

from recognition.processor import available_threads, cpu_quota, multiplies_bf16

CORES = len(os.sched_getaffinity(0))


def machine(root, membership: str, files: dict[str, str]):
    for name, text in {"proc/self/cgroup": membership, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


class TestQuota:
    def test_container_of_version_two(self, tmp_path):
        root = machine(tmp_path, "0::/\n", {"sys/fs/cgroup/cpu.max": "150000 100000\n"})
        assert cpu_quota(root) == 1.5
        assert available_threads(root) == 1

    def test_the_smallest_of_nested_groups_counts(self, tmp_path):
        files = {
            "sys/fs/cgroup/school.slice/kiosk.service/cpu.max": "max 100000\n",
            "sys/fs/cgroup/school.slice/cpu.max": "80000 100000\n",
        }
        assert cpu_quota(machine(tmp_path, "0::/school.slice/kiosk.service\n", files)) == 0.8

    def test_a_group_of_the_host_seen_from_a_container(self, tmp_path):
        """The path is not mounted here; what is mounted is the container's own group."""
        files = {
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "50000\n",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
        }
        membership = "12:memory:/docker/4f\n4:cpu,cpuacct:/docker/4f\n0::/docker/4f\n"
        root = machine(tmp_path, membership, files)
        assert cpu_quota(root) == 0.5
        assert available_threads(root) == 1

    @pytest.mark.parametrize(
        ("membership", "files"),
        [
            ("0::/\n", {}),
            ("0::/\n", {"sys/fs/cgroup/cpu.max": "max 100000\n"}),
            ("4:cpu:/\n", {"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n"}),
        ],
    )
    def test_without_a_limit_the_cores_count(self, tmp_path, membership, files):
        root = machine(tmp_path, membership, files)
        assert cpu_quota(root) is None
        assert available_threads(root) == CORES

    def test_a_large_quota_gives_no_more_than_there_is(self, tmp_path):
        root = machine(tmp_path, "0::/\n", {"sys/fs/cgroup/cpu.max": "12800000 100000\n"})
        assert available_threads(root) == CORES

    def test_elsewhere_than_on_linux(self, tmp_path):
        assert cpu_quota(tmp_path) is None
        assert not multiplies_bf16(tmp_path)


@pytest.mark.parametrize(
    ("line", "native"),
    [
        ("flags\t\t: fpu avx512f avx512_bf16 avx512_vnni", True),
        ("flags\t\t: fpu amx_bf16 amx_tile", True),
        ("flags\t\t: fpu avx2 avx512f avx512_vnni", False),
        ("Features\t: fp asimd bf16 i8mm", True),
    ],
)
def test_bfloat16_by_the_flags_of_the_processor(tmp_path, line, native):
    root = machine(tmp_path, "", {"proc/cpuinfo": f"processor\t: 0\nmodel name\t: bf16 dreamer\n{line}\n"})
    assert multiplies_bf16(root) is native
