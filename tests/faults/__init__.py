"""What platforms and networks do to a school, told against the sandbox's HTTP servers and the daemon's own worker.

Every story: trouble begins, the worker goes on with a given clock, trouble ends, and within two polls all is drained; the
sandbox's ledger says what was really done. `story.py` tells it, `trouble.py` names the faults, `school.py` is the house under
test, `proxy.py` a bad network.
"""
