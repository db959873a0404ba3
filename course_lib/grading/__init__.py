"""Grading a class: nbgrader, made fast and robust.

The steps are plain functions (`rebuild`, `execute`, `judge_notebook`), strung together by a worker and, as nbgrader
preprocessors, by nbgrader itself. `grade` does a whole class.
"""

import sys

# jsonschema, on which nbformat stands, looks for this package when it is imported and would compile its grammar of addresses, which no
# notebook needs: that takes longer than all other imports together
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
