"""Is everything in order: one small function for each question, values in, lines out. Nothing is changed, nothing is printed."""

from moderator.checkup.lines import Level, Line, exit_code

__all__ = ["Level", "Line", "exit_code"]
