"""What comes of grading: feedback for the student, the report and the marks for the instructor."""
