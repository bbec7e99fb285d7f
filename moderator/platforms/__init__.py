"""In the street: one adapter for each vendor, all answering in the words of `base`."""
