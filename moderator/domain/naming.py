"""What a score of `child_named` means: the scale on which the roll, the reader, pictures and the rules understand each other."""

from __future__ import annotations

CERTAIN = 1.0
"""A full name from the roll."""
TELLS_WHICH = 0.97
"""From here the words tell which child is meant: a full name, or a first name with an initial, class or place in the picture."""
MOST_UNTOLD = 0.96
"""The most that a name can score without telling which child it is, however sure it is that one is named."""
FIRST_NAME = 0.9
GUESSED = 0.79
"""The most that a word of a tongue which the model has not learnt scores as a name: a person looks, and nobody is silenced. It lies
under the default limit for hiding, off duty as well (0.85 less 0.05)."""
LIKELY = 0.75
"""From here it is likely a child's name: a first name that grown-ups bear too, or one slip away."""
