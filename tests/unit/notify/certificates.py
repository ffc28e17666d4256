"""A certificate authority, a server's certificate and keys, made anew by the `openssl` command."""

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="the command openssl makes certificates")


@dataclass(frozen=True)
class Authority:
    """Its own certificate, and one that it gave a server."""

    certificate: Path
    server_certificate: Path
    server_key: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.server_certificate, self.server_key)
        return context


def authority(folder: Path, host: str) -> Authority:
    """A new authority that vouches for a server on this host."""
    folder.mkdir()
    names = f"subjectAltName=IP:{host}" if host[0].isdigit() else f"subjectAltName=DNS:{host}"
    make = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"]
    _openssl(folder, *make, "-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.pem")
    signed_by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "basicConstraints=critical,CA:FALSE"]
    _openssl(folder, *make, *signed_by, "-subj", "/CN=relay", "-addext", names, "-keyout", "key", "-out", "pem")
    return Authority(folder / "ca.pem", folder / "pem", folder / "key")


def rsa_key(folder: Path, bits: int = 2048) -> tuple[str, bytes]:
    """A private key in PEM, and the public one as a DKIM record's `p=` has it."""
    _openssl(folder, "genrsa", "-out", "rsa.pem", str(bits))
    _openssl(folder, "rsa", "-in", "rsa.pem", "-pubout", "-out", "rsa.pub")
    public = b"".join((folder / "rsa.pub").read_bytes().splitlines()[1:-1])
    return (folder / "rsa.pem").read_text(), public


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
