"""Fill in the nginx templates: `python nginx/render.py /etc/nginx/conf.d PREFIX=/check-in`.

Several replicas: UPSTREAM="10.0.0.5:8000 10.0.0.6:8000". A proxy in front of this nginx, whose word for the
client's address is taken: PROXIES_IN_FRONT=10.0.0.1. What is not given takes the defaults below.
"""

import argparse
import re
import sys
from collections.abc import Mapping
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent / "templates"
SITE = "face-check-in.conf"
"""The servers of a site of its own; beside another site it is left out."""
DEFAULTS = {
    "UPSTREAM": "127.0.0.1:8000",
    "PROXIES_IN_FRONT": "",
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
    "REQUESTS_PER_SECOND": "100",
    "REQUESTS_AT_ONCE": "400",
    "CONNECTIONS": "500",
}
PASSIVE_CHECK = "max_fails=2 fail_timeout=3s"
"""A replica that fails twice is left out for three seconds; with one replica nginx never does that."""


def words(values: Mapping[str, str]) -> dict[str, str]:
    """The text for each word of the templates. The official image needs the same ones as variables.

    Raises ValueError for a word that does not exist, and for a PREFIX that is no path.
    """
    if unknown := sorted(set(values) - set(DEFAULTS)):
        raise ValueError(f"there is no {', '.join(unknown)}; there are {', '.join(DEFAULTS)}")
    known = {**DEFAULTS, **values}
    if known["PREFIX"] and not re.fullmatch(r"(/[\w.~-]+)+", known["PREFIX"]):
        raise ValueError(
            f"PREFIX is a path that begins with a slash and ends without, not {known['PREFIX']!r}"
        )
    servers, proxies = _list(known.pop("UPSTREAM")), _list(known.pop("PROXIES_IN_FRONT"))
    if not servers:
        raise ValueError("UPSTREAM names at least one server")
    known["SERVERS"] = "\n    ".join(f"server {server} {PASSIVE_CHECK};" for server in servers)
    known["REAL_ADDRESS"] = "\n    ".join(
        [f"set_real_ip_from {proxy};" for proxy in proxies]
        + ["real_ip_header X-Forwarded-For;", "real_ip_recursive on;"]
        if proxies
        else []
    )
    return known


def _list(text: str) -> list[str]:
    return text.replace(",", " ").split()


def render(folder: Path, values: Mapping[str, str], *, beside: bool = False) -> list[Path]:
    """Write the filled-in templates below `folder`, and give their paths; raises as :func:`words`.

    :param beside: another site has the servers, and includes the location route.
    """
    known = words(values)
    written = []
    for template in sorted(TEMPLATES.rglob("*.template")):
        target = folder / template.relative_to(TEMPLATES).with_suffix("")
        if beside and target.name == SITE:
            continue
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
    parser.add_argument("--beside", action="store_true", help="another site includes the location route")
    parser.add_argument("values", nargs="*", metavar="WORD=VALUE")
    arguments = parser.parse_args()
    try:
        values = dict(pair.split("=", 1) for pair in arguments.values)
        for path in render(arguments.folder, values, beside=arguments.beside):
            print(path)
    except (ValueError, OSError) as error:
        sys.exit(f"nginx/render.py: {error}")


if __name__ == "__main__":
    main()
