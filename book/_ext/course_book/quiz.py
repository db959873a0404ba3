"""The directive `question`: a self-check question with an explanation for every choice.

    ```{question} Which way does a descent step when the slope is negative?
    :answer: 2
    To the left
    : No: the slope is negative, so minus the slope is positive.

    To the right
    : Yes: the loss falls to the right.
    ```

The argument is the question; the content is a definition list of choices and explanations. `answer` holds the
numbers of the right choices. In print, and without JavaScript, it is a plain list with the explanations; in the
browser quiz.js makes it a group of radio buttons, each of which shows its explanation.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import get_translation
from sphinx.util.docutils import SphinxDirective

_ = get_translation("book")


def numbers(text: str) -> set[int]:
    return {int(part) for part in text.replace(",", " ").split()}


class Question(SphinxDirective):
    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"answer": numbers}

    def run(self) -> list[nodes.Node]:
        question = nodes.paragraph(classes=["question-text"])
        children, messages = self.parse_inline(self.arguments[0])
        question += children
        content = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, content)
        if [type(child) for child in content] != [nodes.definition_list]:
            raise self.error("the content of a question must be one definition list of choices and explanations")
        choices, right = content[0], self.options.get("answer", set())
        if not right or not right <= set(range(1, len(choices) + 1)) or len(choices) < 2:
            raise self.error(f"a question needs two choices or more, and answer numbers from 1 to {len(choices)}")
        for i, item in enumerate(choices, start=1):
            explanation = item.next_node(nodes.definition)
            verdict = _("Right.") if i in right else _("Not quite.")
            item.next_node(nodes.term)["classes"].append("right" if i in right else "wrong")
            explanation[0].insert(0, [nodes.strong("", verdict), nodes.Text(" ")])
        return [nodes.container("", question, choices, classes=["question"]), *messages]


def setup(app: Sphinx) -> dict:
    app.add_directive("question", Question)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
