"""The directive `api`: the reference of a package of course_lib, made from its docstrings by Sphinx's autodoc.

    ```{api} optim
    ```

shows the introduction of `course_lib.optim` and everything in its `__all__`, in that order. Grading, which has no such list, is
shown as far as a program may use it.
"""

from __future__ import annotations

import inspect
from importlib import import_module

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.locale import get_translation
from sphinx.util.docutils import SphinxDirective

_ = get_translation("book")

# with what belongs to a package and is not in its __all__
PACKAGES: dict[str, tuple[str, ...]] = {
    "problems": (),
    "descent": (),
    "autodiff": (),
    "optim": (),
    "lr_scheduler": (),
    "experiments": ("worked_examples",),
    "plots": (),
    "checks": (
        "declaration.Question",
        "keys.Keys",
        "drawing.Draw",
        "judging.judge",
        "explaining.Verdict",
        "sketching.Sketch",
        "sketching.sketch",
    ),
    "grading": (
        "classroom.grade",
        "classroom.GradingRun",
        "records.Record",
        "records.read_records",
        "rebuild.rebuild",
        "judge.judge_notebook",
        "judge.Mark",
        "notebook_check.check_notebook",
        "bundle.make_bundle",
    ),
    "running": ("execute.execute", "execution.Execution", "limits.Limits"),
    "outcomes": ("report.make_report", "report.Report", "report.write_report"),
}


def documented(package: str) -> dict[str, str]:
    """The names of a package that the reference shows, each with the kind of its entry."""
    module, kinds = import_module(f"course_lib.{package}"), {}
    for name in (*getattr(module, "__all__", ()), *PACKAGES[package]):
        found = module
        for part in name.split("."):
            found = getattr(found, part, None) or import_module(f"{found.__name__}.{part}")
        if inspect.ismodule(found):
            kinds[name] = "module"
        elif inspect.isclass(found):
            kinds[name] = "exception" if issubclass(found, Exception) else "class"
        elif callable(found):
            kinds[name] = "function"
        # what remains are constants and names for types, which have no docstring to show
    return kinds


def entries(package: str) -> list[str]:
    """The reference as reStructuredText."""
    lines = [f".. automodule:: course_lib.{package}", "   :no-members:", ""]
    for name, kind in documented(package).items():
        lines += [f".. auto{kind}:: course_lib.{package}.{name}", *(["   :members:"] if kind != "function" else []), ""]
    return lines


class Api(SphinxDirective):
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        package = self.arguments[0]
        if package not in PACKAGES:
            raise self.error(f"there is no reference of {package!r}; there is of: {', '.join(PACKAGES)}")
        text = ["```{eval-rst}", *entries(package), "```"]
        reference = nodes.container(classes=["api"])
        self.state.nested_parse(StringList(text, source=f"course_lib.{package}"), self.content_offset, reference)
        for field in reference.findall(nodes.field_name):
            if field.astext() == "Variables":  # what Sphinx calls the attributes of an object
                field.replace(field[0], nodes.Text(str(_("Attributes"))))
        return list(reference.children)


def setup(app: Sphinx) -> dict:
    app.add_directive("api", Api)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
