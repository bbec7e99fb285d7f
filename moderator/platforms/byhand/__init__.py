"""Places without an API, such as Class Dojo and Seesaw: read from mails, CSV files and pastes, acted on by hand."""

from moderator.platforms.byhand.adapter import ByHand
from moderator.platforms.byhand.comments import pasted
from moderator.platforms.byhand.places import capabilities_of, name_of

__all__ = ["ByHand", "capabilities_of", "name_of", "pasted"]
