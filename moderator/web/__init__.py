"""A window: shows the store and records what a person decides, nothing else.

It holds no login of any platform and no roll of pupils. Everything it changes goes through `review.py` or the store, as a
command's would. A page is complete without JavaScript; htmx swaps the same partial that the page includes.
"""
