"""What the server of tests/commands.py has read before it forks the first command: every command, and how the tables map."""

from __future__ import annotations

from sqlalchemy.orm import configure_mappers

from moderator.cli import program

program()
configure_mappers()
