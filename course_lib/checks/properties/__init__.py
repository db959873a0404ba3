"""What right answers with chance in them have in common: what is checked where there is no one right output to compare with.

A property is a function ``holds(case, output)`` whose docstring explains what is wrong where it does not hold. It knows no answer, so it goes
to students with the sealed keys.
"""
