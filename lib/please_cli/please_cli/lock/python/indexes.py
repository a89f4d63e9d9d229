"""The package indexes that pip is configured for on this machine, and how uv is given them."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from optparse import Values
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import tomli_w
from pip._internal.utils.urls import url_to_path

from please_cli.errors import UserError
from please_cli.lock.python import logins, pip_options
from please_cli.lock.python.package_index import Index

MACHINE = Path("/etc/ssl/certs/ca-certificates.crt")
"""The certificate authorities that a Debian machine trusts (update-ca-certificates(8))."""

CONFIG = "uv.toml"


@dataclass(frozen=True)
class Indexes:
    """Where packages come from.

    A name is only ever taken from one index: the first of `searched` that has it. That is pip's
    order, index-url before extra-index-urls, and then find-links. Where pip would compare the
    versions of all of them, a stranger's upload to one could replace a package of another.

    Attributes:
        searched: The indexes for every package, the one that is asked first in front.
        trusted: Hosts whose certificate is not checked.
        certificates: The path of certificate authorities, "" for the machine's.
        client_certificate: The path of a certificate and key to log in with, or "".
        proxy: The URL of a proxy, or "".
    """

    searched: Sequence[Index]
    trusted: Sequence[str] = ()
    certificates: str = ""
    client_certificate: str = ""
    proxy: str = field(default="", repr=False)

    @classmethod
    def configured(cls) -> Self:
        """Return what pip itself makes of its configuration files and variables."""
        options = pip_options.read()
        found = [] if options.no_index else list(_indexes(options))
        found += _flat(options)
        # One that is configured twice has the name of the first time.
        by_url = {index.url: index for index in reversed(found)}
        return cls(
            searched=tuple(index for index in found if by_url[index.url] is index),
            trusted=tuple(options.trusted_hosts),
            # As pip's library does (requests).
            certificates=options.cert or _first_set("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
            client_certificate=options.client_cert or "",
            proxy=_proxy(options.proxy or ""),
        )

    @property
    def default(self) -> str:
        """The address of the first index, without a login, or "" without an index."""
        return self.searched[0].url if self.searched else ""

    def arguments(self, directory: Path, stated: Iterable[Mapping[str, Any]] = ()) -> list[str]:
        """Write uv's configuration into a private directory, and return uv's arguments for it.

        Logins are in that file alone: neither on the command line, which every user may see, nor
        in variables, which the code sees that uv runs. `stated` is the metadata of source
        distributions, as uv takes it.
        """
        path = directory / CONFIG
        path.touch(mode=0o600)
        entries = [f"[[dependency-metadata]]\n{tomli_w.dumps(entry)}" for entry in stated]
        path.write_text("".join([self.configuration(), *entries]), encoding="utf-8")
        arguments = ["--config-file", str(path)]
        for host in self.trusted:
            arguments += ["--allow-insecure-host", host]
        return arguments

    def configuration(self) -> str:
        """Return the text of a uv.toml with the indexes, in order, and the proxy."""
        proxy = json.dumps(self.proxy)
        lines = [f"http-proxy = {proxy}\nhttps-proxy = {proxy}\n"] if self.proxy else []
        if not self.searched:
            return "".join([*lines, "no-index = true\n"])
        *others, last = self.searched
        # uv asks its default index last, and would take its own without one.
        return "".join([*lines, *(index.toml() for index in others), last.toml(default=True)])

    def environment(self) -> dict[str, str]:
        """Return variables that give uv the rest."""
        variables = {}
        given = os.environ.get("SSL_CERT_FILE", "")
        if self.certificates:
            variables["SSL_CERT_FILE"] = self.certificates
        elif MACHINE.is_file() and (not given or given.startswith("/nix/store/")):
            # An environment from the store brings authorities of its own, which know none of a
            # company's; uv has others yet. pip trusts those of the machine.
            variables["SSL_CERT_FILE"] = str(MACHINE)
        if self.client_certificate:
            variables["SSL_CLIENT_CERT"] = self.client_certificate
        return variables

    def redact(self, text: str) -> str:
        """Return a text without any of the logins."""
        addresses = [self.proxy, *(index.address for index in self.searched)]
        return logins.redact(
            text, {secret for url in addresses if url for secret in logins.secrets(url)}
        )


def _indexes(options: Values) -> Iterator[Index]:
    """Yield the indexes with a page for each project, in pip's order."""
    named = [("index-url", options.index_url)]
    named += [
        (_numbered("extra-index-url", number), url)
        for number, url in enumerate(options.extra_index_urls)
    ]
    for name, url in named:
        _check(name, url)
        yield Index(name, logins.complete(url))


def _check(name: str, url: str) -> None:
    """Raise UserError for an index that uv would pass over, or cannot read.

    Then a package of that index would come from the next one.
    """
    where = f"{name} of pip's configuration"
    try:
        parts = urlsplit(url)
        # To read the port is to check it.
        is_remote = parts.scheme in ("http", "https") and parts.port != 0
    except ValueError as error:
        raise UserError(
            f"{where} is not a URL; correct it, and write special characters of a login as %XX"
        ) from error
    if is_remote:
        return
    if parts.scheme not in ("", "file"):
        raise UserError(f"{where} is no address of http:, https: or file:; correct it")
    path = Path(url_to_path(url) if parts.scheme else url)
    if not path.is_dir():
        raise UserError(
            f"{where} names the directory {path}, which is not there; mount it or correct the "
            "setting, because its packages would come from the next index"
        )


def _flat(options: Values) -> Iterator[Index]:
    """Yield the pages and directories of files; pip passes over a directory that is not there."""
    for number, link in enumerate(options.find_links):
        name = _numbered("find-links", number)
        if urlsplit(link).scheme in ("http", "https"):
            yield Index(name, logins.complete(link), is_flat=True)
            continue
        path = Path(url_to_path(link) if link.startswith("file:") else link).expanduser().absolute()
        if path.is_file():
            raise UserError(
                f"{name} of pip's configuration names the file {path}, which uv does not read; "
                "name its directory"
            )
        if path.is_dir():
            yield Index(name, str(path), is_flat=True)


def _proxy(address: str) -> str:
    """Return the URL of a proxy; pip's library takes one without a scheme (requests)."""
    return address if not address or "://" in address else f"http://{address}"


def _numbered(setting: str, number: int) -> str:
    """Return the name of the value of a setting that has several, counted from 0."""
    return f"{setting}-{number + 1}" if number else setting


def _first_set(*names: str) -> str:
    """Return the value of the first variable that has one, "" if none has."""
    return next((value for name in names if (value := os.environ.get(name))), "")
