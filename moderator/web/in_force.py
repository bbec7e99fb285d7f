"""What the school's files say, to look at. They are changed in the files alone: a fact that had a second home here could differ."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from moderator.explained import school_settings
from moderator.web.access import Changer
from moderator.web.pages import render
from moderator.web.site import Here

router = APIRouter()


@router.get("/settings")
def settings_page(request: Request, site: Here, _visitor: Changer) -> Response:
    parts = school_settings.told(site.settings)
    return render(
        request,
        "settings/page.html",
        parts_for_head=[each for each in parts if not each.for_machine],
        parts_for_machine=[each for each in parts if each.for_machine],
        folder=site.settings.policy_path.parent,
        older=site.is_older_than_its_file,
        fault=site.policy_fault,
    )
