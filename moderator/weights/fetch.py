"""Downloads what Detoxify publishes, in the way Detoxify does it, and makes a model of it. The only place here with a network."""

from __future__ import annotations

import errno
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from moderator.errors import ConfigError, ModeratorError, Unavailable
from moderator.weights.detoxify_models import convert, need_packages, open_checkpoint
from moderator.weights.manifest import Manifest, Precision, digest
from moderator.weights.shelf import DETOXIFY

PATIENCE_S = 60.0
"""How long a server may say nothing. urllib, and so torch.hub, sets no limit of its own."""
_DIGEST = re.compile(r"-([0-9a-f]{8,})\.")


def fetch(name: str, folder: Path, precision: Precision) -> Manifest:
    """Download one of `DETOXIFY` and write its model into `folder`.

    Raises Unavailable where a server cannot be reached, ConfigError for another name, NotTheSame as `convert` does.
    """
    if name not in DETOXIFY:
        raise ConfigError(f"{name!r} is no model that Detoxify publishes. There are: {', '.join(DETOXIFY)}")
    need_packages()
    from huggingface_hub.constants import ENDPOINT, HF_HOME

    # It has the tokenizers. By itself its library tries for minutes, and that after half a gigabyte came from elsewhere.
    knock(ENDPOINT)
    from detoxify.detoxify import MODEL_URLS, Detoxify

    kind = name.partition("/")[2]
    checkpoint = download(MODEL_URLS[kind])
    with reaching(ENDPOINT), writing(Path(HF_HOME)):
        detoxify: Any = Detoxify(model_type=kind)
    return _converted(detoxify, checkpoint, folder, name, MODEL_URLS[kind], precision)


def from_files(name: str, checkpoint: Path, config: Path, folder: Path, precision: Precision) -> Manifest:
    """The same from a checkpoint and a Hugging Face folder at hand, without any network. Raises as `fetch` does."""
    need_packages()
    with open_checkpoint(checkpoint, config) as detoxify:
        return _converted(detoxify, checkpoint, folder, name, checkpoint.name, precision)


def _converted(detoxify: Any, checkpoint: Path, folder: Path, name: str, source: str, precision: Precision) -> Manifest:
    sha256 = digest(checkpoint)
    made_from = f"{source} (sha256 {sha256})"
    with writing(folder):
        return convert(detoxify, folder, name=name, made_from=made_from, version=sha256[:8], precision=precision)


def knock(url: str) -> None:
    """Raises Unavailable where the server cannot be reached at all; any answer will do."""
    with reaching(url), suppress(HTTPError):
        urlopen(Request(url, method="HEAD")).close()  # noqa: S310 (an https address of the library's own)


def download(url: str) -> Path:
    """The checkpoint in torch.hub's own store, downloaded unless it is there whole.

    Its digest is compared with the one in its name, as torch.hub can and Detoxify does not ask it to.
    """
    import torch.hub

    folder = Path(torch.hub.get_dir()) / "checkpoints"
    path = folder / Path(urlsplit(url).path).name
    named = _DIGEST.search(path.name)
    prefix = named[1] if named else ""
    if path.exists() and digest(path).startswith(prefix):
        return path
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with reaching(url), writing(folder):
        try:
            torch.hub.download_url_to_file(url, str(path), prefix or None)
        except RuntimeError as error:  # So torch.hub says that the digest is another.
            raise _not_fetched(url, "sent something else than what was published") from error
    return path


@contextmanager
def reaching(url: str) -> Iterator[None]:
    """What a server or the way to it did wrong, as one sentence. Raises Unavailable."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE_S)
    try:
        yield
    except (OSError, HTTPException) as error:
        if isinstance(error, OSError) and error.errno in _OUR_DISK:
            raise
        answered = f"answered {error.code}" if isinstance(error, HTTPError) else "cannot be reached"
        raise _not_fetched(url, answered) from error
    finally:
        socket.setdefaulttimeout(before)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """A disk that is full or closed to us, as one sentence. Raises ModeratorError."""
    try:
        yield
    except OSError as error:
        if error.errno not in _OUR_DISK:
            raise
        raise ModeratorError(
            f"{error.filename or folder}: cannot be written ({os.strerror(error.errno or 0)})."
        ) from error


_OUR_DISK = {errno.ENOSPC, errno.EACCES, errno.EPERM, errno.EROFS, errno.EDQUOT}


def _not_fetched(url: str, what: str) -> Unavailable:
    return Unavailable(
        f"The model was not fetched, since {urlsplit(url).hostname} {what}: try again where there is a network, copy the "
        "finished folder from a machine that has one, or name files at hand with --checkpoint and --model-config."
    )
