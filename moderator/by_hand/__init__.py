"""What people bring in and see to with their own hands: pastes, tasks that they say are done, and the termly checklist."""

from moderator.by_hand.checklist import ItemState, late, look_over, prove
from moderator.by_hand.paste import Pasted, paste, places
from moderator.by_hand.ticking import how_done, said_done

__all__ = ["ItemState", "Pasted", "how_done", "late", "look_over", "paste", "places", "prove", "said_done"]
