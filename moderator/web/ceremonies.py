"""What a passkey is asked, and whether its answer shows who it is: WebAuthn, with nothing of pages, cookies or the store.

Both sides speak the JSON of the browser's own API. Whoever answers must have been recognised by their device (Face ID, a
finger, its code): an answer without that is refused.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from moderator.errors import ModeratorError
from moderator.store.challenges import LIVES, Challenge
from moderator.store.passkeys import Passkey
from moderator.store.users import User
from moderator.web.site import Site

TIMEOUT_MS = round(LIVES.total_seconds() * 1000)
LONGEST_ID = 1400
"""Letters of a credential id: WebAuthn allows 1023 bytes (https://www.w3.org/TR/webauthn-3/#credential-id)."""
MALFORMED = (WebAuthnException, ValueError, TypeError, KeyError, RecursionError)
"""What the library and the JSON below it raise for an answer that is not one."""


class NotProved(ModeratorError):
    """The answer does not show who it is. Why not is told to nobody: it would help whoever tries to get in."""

    def __init__(self, said: str = "That did not work, and nothing was changed. Please try again.") -> None:
        super().__init__(said)


def to_make(site: Site, user: User, known: Sequence[Passkey], challenge: Challenge) -> dict[str, Any]:
    """What `navigator.credentials.create` takes as `publicKey`."""
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=site.settings.school.name or "Moderator",
        user_id=bytes.fromhex(user.id),
        user_name=user.name,
        user_display_name=user.name,
        challenge=base64url_to_bytes(challenge.nonce),
        timeout=TIMEOUT_MS,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[_described(each) for each in known],
    )
    return options_to_json_dict(options)


def to_show(site: Site, known: Sequence[Passkey], challenge: Challenge) -> dict[str, Any]:
    """What `navigator.credentials.get` takes as `publicKey`; with no `known` ones the device offers those it has."""
    options = generate_authentication_options(
        rp_id=site.host,
        challenge=base64url_to_bytes(challenge.nonce),
        timeout=TIMEOUT_MS,
        allow_credentials=[_described(each) for each in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def made(site: Site, user: User, challenge: Challenge, answer: str, name: str, at: datetime) -> Passkey:
    """The new passkey that an answer of `create` brings. Raises NotProved."""
    try:
        parsed = parse_registration_credential_json(answer)
        found = verify_registration_response(
            credential=parsed,
            expected_challenge=base64url_to_bytes(challenge.nonce),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except MALFORMED:
        raise NotProved from None
    credential_id = bytes_to_base64url(found.credential_id)
    if len(credential_id) > LONGEST_ID or parsed.id != credential_id:
        raise NotProved
    public_key = bytes_to_base64url(found.credential_public_key)
    transports = tuple(each.value for each in parsed.response.transports or ())
    return Passkey(credential_id, user.id, public_key, found.sign_count, transports, name, at)


def named(answer: str) -> str:
    """The credential id that an answer of `get` bears; nothing of it is proved yet. Raises NotProved."""
    try:
        found = json.loads(answer)["id"]
    except MALFORMED:
        raise NotProved from None
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST_ID or not found.isascii():
        raise NotProved
    return found


def shown(site: Site, passkey: Passkey, challenge: Challenge, answer: str) -> int:
    """The passkey's counter, where an answer of `get` is its own, fresh, of this site, and by somebody recognised.

    Raises NotProved.
    """
    try:
        parsed = parse_authentication_credential_json(answer)
        found = verify_authentication_response(
            credential=parsed,
            expected_challenge=base64url_to_bytes(challenge.nonce),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except MALFORMED:
        raise NotProved from None
    handle = parsed.response.user_handle
    if parsed.id != passkey.credential_id or (handle is not None and handle.hex() != passkey.user_id):
        raise NotProved
    return found.new_sign_count


def _described(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    transports = [AuthenticatorTransport(each) for each in passkey.transports]
    return PublicKeyCredentialDescriptor(base64url_to_bytes(passkey.credential_id), transports=transports or None)
