"""Pictures: bytes in, values out. A picture is looked at in memory, in processes of their own, and never written anywhere.

`decoder` turns a stranger's file into plain pixels, `reader` sees what is on them, `looking` calls both. What is seen is measured
and not judged; what it means for a comment or for a post of the school's own is said elsewhere.
"""
