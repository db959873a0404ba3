import base64
import os
import re
import signal

import pytest
from nbformat.v4 import new_markdown_cell
from small_notebooks import as_bytes, code, is_valid, outputs

from course_lib.asking import Refused
from course_lib.grading.rebuild import parse_notebook
from course_lib.running.execute import execute
from course_lib.running.limits import Limits
from course_lib.running.preloaded import Needs, Preloaded, PreloadedDied

# more seconds than any machine is busy, but where the clock stands still until a cell says that it is late
PATIENT = Limits(cell_seconds=600, grace_seconds=600, notebook_seconds=3600, output_bytes=10_000)
QUICK = Limits(cell_seconds=1, output_bytes=10_000)
LOOP = "print('LATE', flush=True)\nwhile True: pass"


@pytest.fixture
def run(preloaded):
    def run(*sources, limits=PATIENT, **options):
        execution = execute(code(*sources), limits=limits, preloaded=preloaded, **options)
        assert is_valid(execution.notebook)
        return execution

    return run


def shown(execution):
    return [outputs(cell) for cell in execution.notebook.cells]


# as a kernel would


def test_outputs_come_in_their_order(run):
    result = run("import sys\nprint('a'); print('b', file=sys.stderr); print('c')\n'd'")
    cell = result.notebook.cells[0]
    assert outputs(cell) == [
        ("stdout", "a\n"),
        ("stderr", "b\n"),
        ("stdout", "c\n"),
        ("execute_result", "'d'"),
    ]
    assert cell.execution_count == cell.outputs[-1].execution_count == 1
    assert result.problem == "" and result.notes == []


def test_names_live_from_cell_to_cell_and_errors_do_not_end_the_notebook(run):
    assert shown(run("x = 1", "1 / 0\nx = 2", "x")) == [
        [],
        [("ZeroDivisionError", "division by zero")],
        [("execute_result", "1")],
    ]


def test_a_traceback_shows_the_line(run):
    traceback = "\n".join(run("def f():\n    return 1 / 0\nf()").notebook.cells[0].outputs[0].traceback)
    assert "ZeroDivisionError" in traceback and "return" in traceback


def test_a_syntax_error_is_an_error_of_its_cell(run):
    assert [cell[0][0] for cell in shown(run("def f(:", "1"))] == ["SyntaxError", "execute_result"]


def test_figures_are_pictures_in_the_cell_that_draws_them(run):
    cells = run(
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "%matplotlib inline\nplt.figure(); plt.show()\n3",
        limits=Limits(cell_seconds=600),
    ).notebook.cells
    assert [output.output_type for output in cells[0].outputs] == ["display_data"]
    assert base64.b64decode(cells[0].outputs[0].data["image/png"]).startswith(b"\x89PNG")
    assert [output.output_type for output in cells[1].outputs] == ["display_data", "execute_result"]


def test_displays_can_be_updated_and_cleared(run):
    result = run(
        "from IPython.display import display, clear_output\nhandle = display('old', display_id=True)\nprint('x')",
        "handle.update('new')",
        "print('gone')\nclear_output()\nprint('kept')",
        "print('gone')\nclear_output(wait=True)\nprint('kept')",
    )
    assert shown(result) == [
        [("display_data", "'new'"), ("stdout", "x\n")],
        [],
        [("stdout", "kept\n")],
        [("stdout", "kept\n")],
    ]


def test_magics_and_commands_work(run):
    result = run(
        "!echo one; echo two >&2",
        "x = !echo three\nx",
        "%%writefile a.py\ny = 4",
        "from a import y; y",
        "import os; os.system('echo five')",
    )
    assert shown(result)[0] == [("stdout", "one\ntwo\n")]
    assert shown(result)[1] == [("execute_result", "['three']")]
    assert shown(result)[3] == [("execute_result", "4")]
    assert ("stdout", "five\n") in shown(result)[4]


def test_await_works_in_a_cell(run):
    assert shown(run("import asyncio\nawait asyncio.sleep(0.001)\n6")) == [[("execute_result", "6")]]


def test_multiprocessing_and_threads_work(run):
    source = (
        "import multiprocessing, threading\n"
        "def f(x): return x * x\n"
        "with multiprocessing.get_context('fork').Pool(2) as pool: print(pool.map(f, [2, 3]))\n"
        "t = threading.Thread(target=lambda: print('thread')); t.start(); t.join()"
    )
    assert shown(run(source)) == [[("stdout", "[4, 9]\nthread\n")]]


def test_torch_runs_with_threads_gradients_and_optimizers(run):
    source = (
        "import torch\ntorch.set_num_threads(2)\n"
        "w = torch.ones(300, 300, requires_grad=True)\noptimizer = torch.optim.Adam([w], lr=0.1)\n"
        "(w @ w).sum().backward()\noptimizer.step()\nprint(w.detach()[0, 0].item() < 1)"
    )
    assert shown(run(source)) == [[("stdout", "True\n")]]


def test_asking_a_question_is_an_error_that_says_what_to_do(run):
    for source in ("input('name?')", "from getpass import getpass\ngetpass()"):
        [[(name, message)]] = shown(run(source))
        assert name == "NobodyThere" and "Write the value into the cell" in message


def test_exit_ends_neither_the_notebook_nor_the_cell(run):
    assert shown(run("exit()\nprint('on')", "import sys; sys.exit(1)", "2"))[::2] == [
        [("stdout", "on\n")],
        [("execute_result", "2")],
    ]


def test_text_and_empty_cells_are_left_alone(preloaded):
    notebook = code("1", "  ")
    notebook.cells.insert(0, new_markdown_cell("text"))
    execute(notebook, preloaded=preloaded)
    assert notebook.cells[2].execution_count is None and notebook.cells[2].outputs == []


def test_closing_stdout_loses_nothing(run):
    closed = "import sys, os\nsys.stdout.close(); sys.stderr.close(); os.close(1); os.close(2)"
    assert shown(run(closed, "print('still here')"))[1] == [("stdout", "still here\n")]


# each run starts from the same place


def test_runs_know_nothing_of_each_other(run):
    first = run("import os, numpy as np\nnp.x = 1\nleft = 1\nopen('a.txt', 'w').write('a')\nos.getcwd()")
    second = run("import os, numpy as np\nhasattr(np, 'x'), 'left' in globals(), os.listdir('.'), os.getcwd()")
    [_, x, left, files, place] = ["", *eval(shown(second)[0][0][1])]
    assert (x, left, files) == (False, False, [])
    assert place != eval(shown(first)[0][0][1]) and not os.path.exists(place)


def test_files_of_the_release_lie_beside_the_notebook(run):
    result = run(
        "open('data/x.txt').read()",
        "import module\nmodule.value",
        files={"data/x.txt": b"7", "module.py": b"value = 8"},
    )
    assert shown(result) == [[("execute_result", "'7'")], [("execute_result", "8")]]
    with pytest.raises(ValueError, match="beside"):
        run("1", files={"../x": b""})


def test_the_environment_is_a_short_list(run, monkeypatch):
    monkeypatch.setenv("AWS_SECRET", "secret")
    result = run(
        "import os\nseen = open('/proc/self/environ', 'rb').read()\n"
        "'AWS_SECRET' in os.environ, [name for name in os.environ if os.environ[name] == '271828'], b'secret' in seen",
        seed=271828,
    )
    assert shown(result) == [[("execute_result", "(False, [], False)")]]


def test_random_numbers_follow_the_seed(run):
    source = "import random, numpy as np, torch, tempfile\nrandom.random(), np.random.rand(), torch.rand(1).item()"
    assert shown(run(source, seed=1)) == shown(run(source, seed=1)) != shown(run(source, seed=2))
    assert shown(run(source)) != shown(run(source))


def test_temporary_files_lie_in_the_scratch_directory_and_go_with_it(run):
    path = eval(shown(run("import tempfile\ntempfile.mkstemp()[1]"))[0][0][1])
    assert "course-" in path and not os.path.exists(path)


# limits


def test_an_endless_loop_is_stopped_and_the_next_cell_runs(run, clock):
    result = run(LOOP, "1", limits=QUICK)
    assert shown(result) == [
        [("stdout", "LATE\n"), ("CellTimeout", "This cell was stopped after 1 seconds. Is there a loop that never ends?")],
        [("execute_result", "1")],
    ]
    assert result.notes == ["Code cell 1 was stopped after 1 seconds."] and result.problem == ""


def test_a_loop_that_cannot_be_interrupted_ends_the_notebook_and_keeps_what_ran_before(run, clock):
    ignore = "import signal\nsignal.signal(signal.SIGINT, lambda *_: print('still LATE', flush=True))\n" + LOOP
    result = run("print('before')", ignore, "print('after')", limits=QUICK)
    before, during, after = shown(result)
    assert before == [("stdout", "before\n")]
    assert during[0] == ("stdout", "LATE\nstill LATE\n") and during[1][0] == "NotebookEnded"
    assert after == [
        (
            "NotRun",
            "This cell was not run, because before it a cell took more than 1 seconds, could not be interrupted and was killed.",
        )
    ]
    assert "could not be interrupted" in result.problem


def test_all_cells_together_have_a_limit(run, clock):
    result = run("1", LOOP, "2", limits=Limits(cell_seconds=5, notebook_seconds=1))
    assert "all cells together took more than 1 seconds" in result.problem
    assert [cell[-1][0] for cell in shown(result)] == ["execute_result", "NotebookEnded", "NotRun"]


@pytest.mark.parametrize(
    "source, reason",
    [
        ("import os; os._exit(3)", r"ended itself \(exit code 3\)"),
        ("import ctypes; ctypes.string_at(0)", r"crashed \(Segmentation fault\)"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "memory ran out"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "ended by a signal"),
        ("import os; os.closerange(3, 200)", "ended itself|closed its connection"),
    ],
)
def test_the_death_of_the_process_keeps_what_ran_before(run, source, reason):
    result = run("1", source, "2")
    before, during, after = shown(result)
    assert before == [("execute_result", "1")]
    assert during[-1][0] == "NotebookEnded" and after[0][0] == "NotRun"
    assert re.search(reason, result.problem)


def test_output_is_cut_while_it_streams(run):
    # a gigabyte: were it sent to be dropped here, the notebook would be ended for a flood
    result = run("for i in range(1000): print('x' * 1_000_000)", "print('next')")
    text = "".join(output.text for output in result.notebook.cells[0].outputs)
    assert len(text) < 10_200 and text.endswith("its output was cut after 10000 bytes.\n")
    assert shown(result)[1] == [("stdout", "next\n")]


def test_output_that_bypasses_python_is_cut_too(run):
    result = run(
        "import os\nfor i in range(3000): os.write(1, b'y' * 10_000)",
        "print('next')",
    )
    text = "".join(output.text for output in result.notebook.cells[0].outputs)
    assert len(text) < 10_200 and "was cut" in text
    assert shown(result)[1] == [("stdout", "next\n")]


def test_a_picture_too_large_is_dropped_with_a_note(run):
    source = "from IPython.display import display\ndisplay({'text/plain': 'x' * 100_000}, raw=True)"
    assert [kind for kind, _ in shown(run(source))[0]] == ["stdout"]


@pytest.mark.parametrize("depth", [50, 489, 700])
def test_an_output_too_deep_to_be_read_again_is_dropped(run, depth):
    nested = f"d = 1\nfor i in range({depth}): d = [d]\n"
    display = (
        "from IPython.display import display\ndisplay({'application/x+json': d, 'text/plain': 'x'}, raw=True, metadata={'x': d})"
    )
    notebook = run(nested + display).notebook
    parse_notebook(as_bytes(notebook))
    [output] = notebook.cells[0].outputs
    assert output.data["text/plain"] == "x" and ("application/x+json" in output.data) == (depth == 50)


def test_figures_are_drawn_where_they_are_wanted(preloaded):
    def kinds(drawn):
        notebook = code(
            "import matplotlib.pyplot as plt\nplt.plot([1, 2]);", "path = plt.plot([1, 2])\nplt.gcf()", "plt.plot([1]); path"
        )
        cells = execute(notebook, drawn=drawn, preloaded=preloaded).notebook.cells
        return [[sorted(output.data) for output in cell.outputs] for cell in cells], cells

    (before, undrawn, after), cells = kinds(lambda cell: "gcf" not in cell.source)
    # the cell itself runs, and what it made is there for the next
    assert before == [["image/png", "text/plain"]] and after == [["text/plain"], ["image/png", "text/plain"]]
    assert undrawn == [["text/plain"], ["text/plain"]]
    assert all(output.data["text/plain"] == "(a picture, not drawn while grading)" for output in cells[1].outputs)
    assert kinds(lambda cell: True)[0][1] == [["image/png", "text/plain"]] * 2


def test_a_process_is_used_while_it_still_loads():
    with Preloaded() as process:
        process.begin(Needs())
        assert execute(code("1 + 1"), preloaded=process).notebook.cells[0].outputs[0].data["text/plain"] == "2"


def test_of_metadata_the_sizes_of_pictures_are_kept(run):
    metadata = {
        "image/png": {"width": 30, "height": "1 onerror=evil()", "filenames": 1},
        "filenames": {"image/png": "https://evil"},
    }
    source = f"from IPython.display import display\ndisplay({{'image/png': 'AAAA'}}, raw=True, metadata={metadata})"
    assert run(source).notebook.cells[0].outputs[0].metadata == {"image/png": {"width": 30}}


def test_too_much_memory_is_a_memory_error(run):
    result = run("x = bytearray(3 * 10**9)", "1", limits=Limits(memory_bytes=10**9))
    assert shown(result)[0][0][0] == "MemoryError" and shown(result)[1] == [("execute_result", "1")]


def test_a_large_file_cannot_be_written(run):
    result = run("open('x', 'wb').write(b'x' * 3_000_000)", "1", limits=Limits(file_bytes=1_000_000))
    assert shown(result)[0][0][0] == "OSError" and shown(result)[1] == [("execute_result", "1")]


def test_what_a_notebook_leaves_behind_is_ended(run):
    source = (
        "import subprocess, os, time\n"
        "subprocess.Popen(['sleep', '98765'])\n"
        "subprocess.Popen('setsid sh -c \"sleep 98765 & sleep 98765\" &', shell=True)\n"
        "if os.fork() == 0:\n    os.setsid(); os.execvp('sleep', ['sleep', '98765'])\n"
        "time.sleep(0.3)"
    )
    run(source)
    assert [pid for pid in filter(str.isdigit, os.listdir("/proc")) if b"98765" in _command(pid)] == []


def test_what_a_notebook_starts_gives_way_to_other_notebooks(run):
    result = run(
        "import os, time\nif (child := os.fork()) == 0:\n    time.sleep(98765)\n    os._exit(0)\n"
        "while os.getpriority(os.PRIO_PROCESS, child) < 19: time.sleep(0.05)\n[os.getpriority(os.PRIO_PROCESS, process) for process in (child, os.getpid())]"
    )
    assert shown(result) == [[("execute_result", f"[19, {os.getpriority(os.PRIO_PROCESS, 0)}]")]]


def _command(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""


def test_a_process_that_outlives_its_cell_does_not_hold_up_the_notebook(run):
    result = run("import subprocess; p = subprocess.Popen(['sleep', '98765'])", "print(1)")
    assert shown(result)[1] == [("stdout", "1\n")]


def test_whether_figures_are_drawn_is_yes_or_no():
    with pytest.raises(ValueError, match="pictures must be True or False, got 'all'"):
        Limits(pictures="all")


def test_limits_must_be_positive_numbers():
    for bad in (0, -1, "3", None, True, float("nan")):
        with pytest.raises(ValueError, match="cell_seconds"):
            Limits(cell_seconds=bad)


# the preloaded process


def forker_of(preloaded):
    """The process that forks, which bubblewrap may be around."""
    pid = preloaded._process.pid
    while b"bwrap" in _command(pid).split(b"\0")[0]:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            pid = int(file.read().split()[0])
    return pid


def test_a_killed_preloaded_process_is_an_error_and_the_next_run_starts_another():
    with Preloaded() as process:
        process.start(Needs())
        os.kill(process._process.pid, signal.SIGKILL)
        process._process.wait()
        assert shown(execute(code("1"), preloaded=process)) == [[("execute_result", "1")]]
        with pytest.raises(PreloadedDied):
            forker = forker_of(process)
            os.kill(forker, signal.SIGSTOP)
            try:
                process._control.settimeout(0.2)
                execute(code("1"), preloaded=process)
            finally:
                os.kill(forker, signal.SIGCONT)


def test_it_has_one_thread(preloaded):
    preloaded.start(preloaded.needs)
    assert len(os.listdir(f"/proc/{forker_of(preloaded)}/task")) == 1


# what is asked


def test_what_a_notebook_asks_is_answered_while_its_cell_runs(run):
    seen = []

    def respond(request, cell):
        seen.append((request, cell.source))
        if request == {"what": "no"}:
            raise Refused("not this.")
        return {"twice": 2 * request["what"]}

    ask = "from course_lib import asking\nprint('before')\nasking.grader({'what': 21})"
    refused = "asking.grader({'what': 'no'})"
    first, second, third = shown(run(ask, refused, "asking.grader({'what': 1})", respond=respond))
    assert first == [("stdout", "before\n"), ("execute_result", "{'twice': 42}")]
    assert second[0] == ("Refused", "not this.") and third == [("execute_result", "{'twice': 2}")]
    assert [request for request, _ in seen] == [{"what": 21}, {"what": "no"}, {"what": 1}] and seen[0][1] == ask


def test_without_somebody_to_answer_there_is_no_line(run):
    assert shown(run("from course_lib import asking\nasking.grader is None")) == [[("execute_result", "True")]]


def test_a_thread_that_asks_between_cells_takes_no_cell_away(run):
    spin = (
        "import threading, time\nfrom course_lib import asking\n"
        "def spin():\n    while True:\n        asking.grader({})\n        time.sleep(0.01)\n"
        "threading.Thread(target=spin, daemon=True).start()"
    )
    result = run(spin, *["1"] * 20, respond=lambda request, cell: 0, limits=Limits())
    assert result.problem == "" and shown(result)[1:] == [[("execute_result", "1")]] * 20


def test_the_graders_own_time_is_not_the_cells(run, clock):
    def respond(request, cell):
        clock[0] += 1000.0

    result = run("from course_lib import asking\nasking.grader({})", respond=respond)
    assert result.notes == [] and shown(result) == [[]]


def test_what_is_no_question_is_refused(run):
    result = run("from course_lib import asking\nasking.grader([1])", respond=lambda request, cell: 0)
    assert shown(result)[0][0][0] == "Refused"
