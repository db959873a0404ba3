"""Running a notebook that nobody trusts: in a process of its own, with limits, kept from the rest of the machine.

Knows neither nbgrader nor the checks: a notebook goes in and comes out with outputs; what its process asks on the way is answered by whoever
runs it.
"""
