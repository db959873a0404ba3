"""What the process of a notebook holds while a class is graded: inputs, and no key to them, in memory or in any file that it can read."""

import json
import re
from pathlib import Path

import pytest
from small_notebooks import code, outputs

from course_lib.checks.drawing import draw_for
from course_lib.checks.keys import Keys
from course_lib.running.execute import execute
from course_lib.running.limits import Limits

ROOT = Path(__file__).parents[2]
SEED = 271828182845904
IMPORTS = ("from course_lib.checks import check",)


def pattern(text):
    """A regular expression that finds `text` and is another text: it stands in the memory that is searched."""
    return (re.escape(text[:-2]) + f"[{text[-2]}]" + text[-1]).encode()


SEARCH_MEMORY = (
    "import re\n"
    "found, read = set(), 0\n"
    "with open('/proc/self/maps') as maps, open('/proc/self/mem', 'rb', 0) as memory:\n"
    "    for line in maps.read().splitlines():\n"
    "        span, permissions, *rest = line.split()\n"
    "        low, high = (int(part, 16) for part in span.split('-'))\n"
    "        # what is a file's can be read from the file\n"
    "        if not permissions.startswith('rw') or rest[-1].startswith('[v'):\n"
    "            continue\n"
    "        try:\n"
    "            memory.seek(low)\n"
    "            data = memory.read(high - low)\n"
    "        except OSError:\n"
    "            continue\n"
    "        read += len(data)\n"
    "        found |= {name for name, sought in patterns.items() if re.search(sought, data)}\n"
    "        del data\n"
    "sorted(found), read > 10_000_000"
)
SEARCH_FILES = """
import os, re, sys
found, read, seen = set(), 0, set()
for top in [os.getcwd(), *sys.path, *places, sys.prefix, sys.base_prefix, '/tmp', '/home', '/usr/lib', '/']:
    for folder, folders, names in os.walk(top):
        folder = os.path.realpath(folder)
        # other packages are no place for keys, and there are many files in them
        packages = folder.endswith('-packages')
        folders[:] = [name for name in folders if name not in ('proc', 'sys', 'dev') and not (packages and 'course' not in name)]
        if folder in seen:
            folders[:] = []
            continue
        seen.add(folder)
        for name in names:
            if not name.endswith(('.py', '.pyc', '.ipynb', '.toml', '.json', '.gz', '.txt', '.pth')):
                continue
            try:
                data = open(os.path.join(folder, name), 'rb').read()
            except OSError:
                continue
            read += 1
            found |= {(name, folder) for name, sought in patterns.items() if re.search(sought, data)}
sorted(found), read > 100
"""
SEARCH_OBJECTS = (
    "import gc, sys, types\n"
    "names = {type(thing).__name__ for thing in gc.get_objects()} | {t.__name__ for t in gc.get_objects() if isinstance(t, type)}\n"
    "sorted(names & {'Question', 'Keys', 'Draw', 'FreshDraw', 'Mistake', 'Verdict', 'Sealed', 'Sketch'}), sorted(\n"
    "    name for name in sys.modules if name.startswith(('solutions', 'course_lib.checks.')))"
)


@pytest.fixture(scope="module")
def keys():
    return Keys.read(ROOT / "solutions")


@pytest.fixture(scope="module")
def seen(keys):
    """What a notebook finds that has asked for the inputs of a question and searches everything it can reach."""
    question = keys.question("gradient-descent/until")
    secrets = {
        "a mistake": question.misconceptions[0].__name__,
        "what is told of it": question.mistakes[0].explanation[10:60],
        "the reference": question.reference.__name__,
        "a right answer": "list_of_costs",
        "the seed": str(SEED),
        "nothing private": "evidence collected",
    }
    notebook = code(
        "from course_lib.checks import check\ncheck('gradient-descent/until', lambda *inputs: (0.0, 1))",
        f"patterns = { ({name: pattern(text) for name, text in secrets.items()})!r}",
        SEARCH_MEMORY,
        f"places = {[str(ROOT), *map(str, ROOT.parents)]}\n" + SEARCH_FILES,
        SEARCH_OBJECTS,
    )

    def respond(request, cell):
        return draw_for(keys.question(request["inputs"]), SEED).inputs.to_json()

    run = execute(notebook, imports=IMPORTS, absent=question.forbidden, respond=respond, seed=1, limits=Limits(cell_seconds=120))
    assert not run.problem, run.problem
    return [eval(outputs(cell)[-1][1]) for cell in run.notebook.cells[2:]]


def test_memory_holds_no_key(seen):
    found, searched = seen[0]
    assert searched and found == ["nothing private"]


def test_no_file_that_can_be_read_holds_a_key(seen):
    found, searched = seen[1]
    assert searched and {name for name, path in found} == {"nothing private"}


def test_no_object_is_a_key_and_no_module_judges(seen):
    types, modules = seen[2]
    assert types == []
    assert {name.removeprefix("course_lib.checks.") for name in modules} == {
        "checking",
        "collecting",
        "evidence",
        "inputs",
        "keeping",
    }


@pytest.mark.parametrize("assignment", [path.name for path in sorted((ROOT / "solutions").iterdir()) if path.is_dir()])
def test_what_travels_into_the_process_is_inputs_alone(keys, assignment):
    for question in keys.questions(assignment).values():
        sent = json.dumps(draw_for(question, SEED, "somebody").inputs.to_json(keep=True))
        assert str(SEED) not in sent
        texts = [*(mistake.explanation for mistake in question.mistakes), *question.hints]
        assert not [text for text in texts if text and text[:50] in sent]
