"""Fill in the nginx templates: `python nginx/render.py /etc/nginx/conf.d PREFIX=/check-in`.

The official nginx image does the same by itself from environment variables; this is for any other nginx.
Words in capitals that are not given take the defaults below.
"""

import argparse
import re
import sys
from collections.abc import Mapping
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent / "templates"
DEFAULTS = {
    "UPSTREAM": "127.0.0.1:8000",
    "PREFIX": "",
    "SERVER_NAME": "_",
    "HTTP_PORT": "80",
    "HTTPS_PORT": "443",
    "HTTPS_SUFFIX": "",
    "CERTIFICATE": "/etc/nginx/certificate/server.crt",
    "CERTIFICATE_KEY": "/etc/nginx/certificate/server.key",
    "ACCESS_LOG": "/var/log/nginx/access.log",
    "MAX_BODY": "44m",
    "MAX_BODY_IN_MEMORY": "12m",
}


def render(folder: Path, values: Mapping[str, str]) -> list[Path]:
    """Write the filled-in templates below `folder`, and give their paths.

    Raises ValueError for a word that no template has, and for a PREFIX that is no path.
    """
    if unknown := sorted(set(values) - set(DEFAULTS)):
        raise ValueError(f"the templates have no {', '.join(unknown)}; they have {', '.join(DEFAULTS)}")
    known = {**DEFAULTS, **values}
    if known["PREFIX"] and not re.fullmatch(r"(/[\w.~-]+)+", known["PREFIX"]):
        raise ValueError(
            f"PREFIX is a path that begins with a slash and ends without, not {known['PREFIX']!r}"
        )
    written = []
    for template in sorted(TEMPLATES.rglob("*.template")):
        target = folder / template.relative_to(TEMPLATES).with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        text = template.read_text(encoding="utf-8")
        target.write_text(re.sub(r"\$\{([A-Z_]+)\}", lambda word: known[word[1]], text), encoding="utf-8")
        written.append(target)
    return written


def main() -> None:
    """Read the command line and write the files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "folder", type=Path, help="where nginx includes files from, such as /etc/nginx/conf.d"
    )
    parser.add_argument("values", nargs="*", metavar="WORD=VALUE")
    arguments = parser.parse_args()
    try:
        values = dict(pair.split("=", 1) for pair in arguments.values)
        for path in render(arguments.folder, values):
            print(path)
    except (ValueError, OSError) as error:
        sys.exit(f"nginx/render.py: {error}")


if __name__ == "__main__":
    main()
