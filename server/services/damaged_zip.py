"""What Python's zipfile raises for an archive that is damaged, or made to look so."""

import lzma
import struct
import zipfile
import zlib

DAMAGED = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""ValueError for offsets below zero and names that are no text, RuntimeError for encrypted entries, OSError
for bzip2, NotImplementedError for ways of packing that Python does not know."""
