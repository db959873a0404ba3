"""What runs beside an answer: how it is driven, what is observed of it, and the functions that it is handed.

A question of ``solutions/`` names one of these; the inputs come as data, from the grader or from sealed keys. Nothing here knows what is
right: it runs in the process of the answer, where it can be read and replaced.
"""
