"""Long runs of what the house promises: each module has `run(seed, quick) -> list[Figure]` and prints its figures as a command.

They take minutes to hours and are no part of the suite; `tests/faults` tells the same stories in seconds.
"""
