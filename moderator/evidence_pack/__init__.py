"""Evidence on one comment in one signed file, to be handed on: a page to print, the same as JSON, and a manifest.

It can be checked on any machine with nothing but the file and the fingerprint of the school's key. Never pictures.
"""

from moderator.evidence_pack.case_file import CaseFile, gather
from moderator.evidence_pack.check import Inspected, check
from moderator.evidence_pack.pack import fingerprint_of, key_from, pack

__all__ = ["CaseFile", "Inspected", "check", "fingerprint_of", "gather", "key_from", "pack"]
