"""What the house writes to people of its own accord: counts in, words, charts and letters out. Never a comment's words."""
