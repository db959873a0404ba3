"""The page of the report, for what a class may look like."""

from course_lib.outcomes import report
from course_lib.outcomes.report import Report, Student, write_report


def test_a_name_that_is_no_text_leaves_a_report(tmp_path, monkeypatch):
    # as Python reads the name of a folder in Latin-1
    students = [Student("zo\udceb", reasons=["No notebook: \udcff.ipynb"]), Student("zofia", graded=True, max_score=1.0)]
    monkeypatch.setattr(report, "make_report", lambda *_: Report("ps1", students, [], [], [], [], "today"))
    page = write_report("ps1", tmp_path).read_text(encoding="utf-8")
    assert "zo\\udceb" in page and "zofia" in page
