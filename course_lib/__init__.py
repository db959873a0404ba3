"""Reference implementations for the course on optimization for deep learning.

Import the part you need, for example ``from course_lib.descent import gradient_descent``.
"""

__version__ = "0.1.0"
