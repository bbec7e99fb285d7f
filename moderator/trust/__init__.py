"""Many schools on several machines: workers take turns, each turn the same work as that of a school that stands alone.

What is due stands in the store; a queue only wakes the workers, so that a wake-up that is lost or comes twice does no harm.
"""
