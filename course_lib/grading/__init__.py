"""Grading a class: nbgrader, made fast and robust.

The steps are plain functions (`rebuild`, `execute`, `judge_notebook`), strung together by a worker and, as nbgrader
preprocessors, by nbgrader itself. `grade` does a whole class.
"""
