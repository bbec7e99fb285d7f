"""What the school owes the people whose words it reads: to keep no longer than needed, to forget, and to tell what it holds.

The store and the policy come in; what is due, what may go and what is handed out leaves. Nothing here asks a platform, and
nothing is erased or kept longer on one person's word.
"""
