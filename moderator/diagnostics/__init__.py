"""What support may see of a school's installation: figures and states, no secret, no name and nobody's words."""
