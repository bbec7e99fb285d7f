"""Whether pictures are looked at: the [pictures] table of moderator.toml. Nothing is, unless the school says so."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from moderator.platforms.image_hosts import IMAGE_HOSTS
from moderator.settings.documents import Document
from moderator.settings.faults import Fault
from moderator.settings.forms import Form


class PicturesForm(Form):
    platforms: list[str] = Field(default_factory=list)
    nudity: bool = False


@dataclass(frozen=True, slots=True)
class PictureSettings:
    """On which platforms the pictures in comments are fetched and read, and whether bare skin is looked for on any picture."""

    platforms: tuple[str, ...] = ()
    nudity: bool = False


def read_pictures(document: Document, form: PicturesForm, faults: list[Fault]) -> PictureSettings:
    """The table; what is wrong with it is added to `faults`."""
    known = " and ".join(f'"{name}"' for name in IMAGE_HOSTS)
    for name in form.platforms:
        if name not in IMAGE_HOSTS:
            what = f"{name!r}: pictures in comments come from {known} only"
            faults.append(document.fault(("pictures", "platforms"), what))
    return PictureSettings(tuple(dict.fromkeys(form.platforms)), form.nudity)
