"""A trust on a compressed clock: workers in processes of their own, on PostgreSQL, with a street of accounts beside them.

Storms, a worker killed each minute and a restart of the database; then figures of lateness, doubles, fairness and cost.
"""
