"""What only helps to read an item must not cost us the item: where a vendor gives it another shape, it counts as not told."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator


def or_none(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return None


Helpful = WrapValidator(or_none)
Count = Annotated[int | None, Field(ge=0, le=2**31 - 1), Helpful]
"""None: not told, or no number that a database holds."""
