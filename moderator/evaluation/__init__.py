"""Measures the house: labelled comments and public sets go in, figures, plots and bars met or missed come out.

Nothing here decides, records or changes anything; comments' words leave it only in the page for the person who asked.
"""
