"""Measures speed and memory: the house's own reading against Detoxify's, on the same texts in the same run.

Each measurement runs in a process of its own, so that none pays for what another has loaded. Nothing is stored or sent.
"""
