"""The models that come with the program: where they lie, in the repository or where the package was installed."""

from __future__ import annotations

import sys
from pathlib import Path

from moderator.errors import ConfigError

SHIPPED = ("toxicity", "reader")
_PLACES = (Path(__file__).parents[2] / "models", Path(sys.prefix) / "share/moderator/models")


def shipped(name: str) -> Path:
    """The folder of one of SHIPPED. Raises ConfigError where the installation left it out."""
    for place in _PLACES:
        if (place / name / "model.onnx").is_file():
            return place / name
    raise ConfigError(
        f"The model {name} that comes with this program is not in {' or '.join(str(place) for place in _PLACES)}. "
        "Install it again, or set another one under [detectors] in moderator.toml."
    )
