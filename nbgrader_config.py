"""The course for nbgrader: where things are, and how submissions are graded.

Read by every `nbgrader` command and by `course grade`. The limits that can be set here are the settings of ForkExecute:
cell and notebook time, memory, output, processes, sizes of files.
"""

import os

from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata, LimitOutput, SaveAutoGrades

from course_lib.grading.preprocessors import (
    ForkExecute,
    Judge,
    RebuildFromSource,
    find_alembic,
    use_in_validator,
)
from course_lib.outcomes.pages import ShowSafely

c = get_config()  # noqa: F821 - provided by nbgrader

c.CourseDirectory.course_id = "optimization-for-deep-learning"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "__pycache__", "*.pyc", ".*", "feedback", "*.tmp"]
# the keys, which lie beside the notebook in solutions/ and are released to nobody
c.CourseDirectory.ignore += ["questions", "answers", "assignment.toml"]

# The exchange: a directory that the instructor and the students can both reach.
if "COURSE_EXCHANGE" in os.environ:
    c.Exchange.root = os.environ["COURSE_EXCHANGE"]

# What a submission holds is not trusted: only the answers are taken from it, they run in a process of their own, and what
# they did is judged outside of it.
c.Autograde.sanitize_preprocessors = [RebuildFromSource, CheckCellMetadata]
c.Autograde.autograde_preprocessors = [
    ForkExecute,
    Judge,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
# feedback and formgrader show what students wrote, and run none of it
c.HTMLExporter.preprocessors = [ShowSafely]
# Feedback links to the book, once it is known where your students find it, for example
# c.ShowSafely.book_url = "https://example.org/optimization"
c.ExportApp.plugin_class = "course_lib.outcomes.feedback.CsvExport"
use_in_validator()
find_alembic()

# Several computers: one gradebook on a server, for example
# c.CourseDirectory.db_url = "postgresql://grader@host/gradebook"
