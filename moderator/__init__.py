"""Keeps watch over the comments under a school's posts. The rooms are described in CONTRIBUTING.md."""
