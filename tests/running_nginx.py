"""Debian's real nginx on loopback ports, with the site configuration that ships."""

import importlib.util
import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from server.self_signed import make_certificate
from tests.running_server import REPOSITORY, free_port

MAIN_CONFIGURATION = """
daemon off;
{user}
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{}}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include conf.d/*.conf;
}}
"""


def nginx_program() -> str:
    """Where nginx is: Debian keeps it in sbin, which not every PATH holds."""
    found = shutil.which("nginx", path=os.pathsep.join([os.environ["PATH"], "/usr/sbin"]))
    assert found, "nginx is missing: `make test` installs it"
    return found


def script(name: str) -> ModuleType:
    """A script of the nginx folder, as a module."""
    specification = importlib.util.spec_from_file_location(name, REPOSITORY / "nginx" / f"{name}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@dataclass
class RunningNginx:
    """One nginx process in front of an upstream, with a self-signed certificate. `start` before use."""

    folder: Path
    prefix: str
    http_port: int
    https_port: int
    process: subprocess.Popen | None = None

    @classmethod
    def start(
        cls, folder: Path, upstream: str, prefix: str = "", *, site: str | None = None, **words: str
    ) -> "RunningNginx":
        """Render the shipped templates into `folder` and run nginx with them; `words` go to the templates.

        :param site: another site, whose servers include the location route; PORT stands for its TLS port.
        """
        running = cls(folder, prefix, free_port(), free_port())
        certificate, key = make_certificate(folder / "certificate", ["localhost", "127.0.0.1"])
        values = {
            "UPSTREAM": upstream,
            "PREFIX": prefix,
            "HTTP_PORT": f"127.0.0.1:{running.http_port}",
            "HTTPS_PORT": f"127.0.0.1:{running.https_port}",
            "HTTPS_SUFFIX": f":{running.https_port}",
            "ACCESS_LOG": str(folder / "requests.log"),
            "CERTIFICATE": str(certificate),
            "CERTIFICATE_KEY": str(key),
        }
        script("render").render(folder / "conf.d", {**values, **words}, beside=site is not None)
        if site is not None:
            site = site.replace("PORT", values["HTTPS_PORT"])
            tls = f"ssl_certificate {certificate};\nssl_certificate_key {key};\n"
            (folder / "conf.d" / "site.conf").write_text(tls + site)
        # Started by root, its workers would become somebody who may not write into pytest's folders.
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(MAIN_CONFIGURATION.format(folder=folder, user=user))
        command = [nginx_program(), "-p", str(folder), "-c", str(folder / "nginx.conf")]
        with (folder / "output.log").open("w") as output:
            running.process = subprocess.Popen(command, stdout=output, stderr=output)
        running._wait_until_it_listens()
        return running

    @property
    def url(self) -> str:
        """Root of the app behind this nginx, with the prefix, without a slash at its end."""
        return f"https://127.0.0.1:{self.https_port}{self.prefix}"

    @property
    def certificate(self) -> Path:
        """The certificate to trust."""
        return self.folder / "certificate" / "server.crt"

    def _wait_until_it_listens(self) -> None:
        for _ in range(100):
            output = (self.folder / "output.log").read_text()
            assert self.process.poll() is None, f"nginx ended with {self.process.returncode}:\n{output}"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.https_port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("nginx does not listen after 5 s")

    def stop(self) -> None:
        """End nginx and wait for it."""
        self.process.terminate()
        self.process.wait(10)
