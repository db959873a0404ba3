"""What all right answers to a question with chance in it have in common, one topic a file.

A property is a function ``holds(case, output)``. Its docstring tells a student what is wrong where it does not hold; its name is what
verdicts and the report call the mistake. The properties are public: none says what a right answer computes.
"""
