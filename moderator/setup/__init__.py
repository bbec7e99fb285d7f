"""The first settings of a school: asked, tried against the world outside, and only then written down."""
