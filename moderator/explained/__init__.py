"""All that the store knows of one comment or of one author, gathered as of one moment: a command prints it, the page shows it.

Values of the store in, one frozen value out, and the same as a mapping for scripts. Nothing is changed here.
"""
