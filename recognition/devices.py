"""Where networks may run: the processor, or what else OpenVINO finds in the machine."""

from typing import Literal, get_args

import openvino as ov

from recognition.exceptions import DeviceMissing
from recognition.processor import multiplies_bf16

Precision = Literal["auto", "f32", "bf16"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
PROCESSOR = "CPU"

# OpenVINO's devices that stand for others: AUTO:GPU,CPU takes the first that is there.
_STAND_INS = ("AUTO", "HETERO", "MULTI")


def present() -> dict[str, str]:
    """The devices of this machine, each with its full name: ``{"CPU": "AMD EPYC", …}``."""
    core = ov.Core()
    return {name: core.get_property(name, "FULL_DEVICE_NAME") for name in core.available_devices}


def checked(device: str) -> str:
    """The device as OpenVINO wants it named.

    Args:
        device: ``CPU``, ``GPU``, ``GPU.1``, ``NPU``, …, or ``AUTO``, ``AUTO:GPU,CPU``, ``HETERO:GPU,CPU``.

    Raises:
        DeviceMissing: it is not in this machine; the sentence lists those that are.
    """
    wanted = device.strip().upper()
    stand_in, colon, names = wanted.partition(":")
    if wanted == "AUTO":
        return wanted
    found = present()
    asked = names.split(",") if colon and stand_in in _STAND_INS else [wanted]
    for name in asked:
        if name not in found and not any(other.split(".")[0] == name for other in found):
            raise DeviceMissing(
                f"there is no device {name or device!r} in this machine; "
                f"present: {', '.join(f'{key} ({full})' for key, full in found.items())}"
            )
    return wanted


def resolved(precision: Precision, device: str = PROCESSOR) -> Precision:
    """``f32`` or ``bf16`` for ``auto``: bf16 where the processor multiplies it natively.

    On another device ``auto`` stays as it is and leaves the choice to the device.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"there is no precision {precision!r}; choose one of {', '.join(PRECISIONS)}")
    if precision != "auto" or device != PROCESSOR:
        return precision
    able = "BF16" in ov.Core().get_property(PROCESSOR, "OPTIMIZATION_CAPABILITIES")
    return "bf16" if able and multiplies_bf16() else "f32"
