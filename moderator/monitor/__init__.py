"""How things stand, for the school's monitoring: figures under /metrics and a yes or no under /healthz. Ids of accounts only."""
