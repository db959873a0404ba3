"""What a notebook can read, change and reach, with each layer of the sandbox and without bubblewrap around the others."""

import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from small_notebooks import code, outputs

import course_lib
from course_lib.grading.classroom import grade
from course_lib.running import sandbox
from course_lib.running.execute import Preloaded, can_fork, execute
from course_lib.running.library import BESIDE, FOR_STUDENTS, ROOT
from course_lib.running.limits import Limits
from course_lib.running.sandbox import SandboxMissing, paths, seccomp
from course_lib.running.sandbox.landlock import restrict_files

pytestmark = pytest.mark.skipif(not can_fork(), reason="the sandbox is Linux's")


@pytest.fixture(scope="module")
def bare():
    """A preloaded process without bubblewrap, as on a machine that has none."""
    with Preloaded(wrap=False) as process:
        yield process


@pytest.fixture(params=["wrapped", "bare"])
def run(request, preloaded):
    process = preloaded if request.param == "wrapped" else request.getfixturevalue("bare")

    def run(*sources, **options):
        return execute(code(*sources), preloaded=process, **options)

    run.wrapped = request.param == "wrapped" and not sandbox.bubblewrap_missing()
    yield run
    # a test of limits may have started it anew
    report = execute(code("1"), preloaded=process).isolation
    assert ("bubblewrap" in report) == run.wrapped


def value(execution, cell=-1):
    """The value that a cell shows, or the error it ends with."""
    kind, text = outputs(execution.notebook.cells[cell])[-1]
    return eval(text) if kind == "execute_result" else f"{kind}: {text}"


TRY = """
def attempt(function, *arguments):
    try:
        return "done", function(*arguments)
    except BaseException as error:
        return type(error).__name__, str(error)
"""


def attempts(run, *expressions, setup="", **options):
    """How calls end: the name of the exception, or "done"."""
    listed = ", ".join(f"attempt(lambda: {expression})[0]" for expression in expressions)
    return list(value(run(TRY + "import os\n" + setup, f"({listed},)", **options)))


REFUSED = {"PermissionError", "FileNotFoundError"}


def test_the_report_says_which_layers_there_are(run):
    report = run("1").isolation
    assert "limits" in report and "seccomp" in report
    assert f"Landlock {sandbox.landlock_version()}" in report
    if run.wrapped:
        assert report[0] == "bubblewrap"
    else:
        assert report[0].startswith("no bubblewrap (")
    missing = sandbox.missing_layers(report)
    assert all(layer.startswith("no ") for layer in missing)
    if run.wrapped and os.geteuid() == 0:
        assert "own user" in report and missing == []


def test_files_of_the_machine_cannot_be_read(run, tmp_path):
    secret = tmp_path / "gradebook.db"
    secret.write_text("marks")
    os.chmod(tmp_path, 0o777)
    os.chmod(secret, 0o666)
    solutions = str(ROOT / "solutions")
    ends = attempts(
        run,
        f"open({str(secret)!r}).read()",
        f"open({str(secret)!r}, 'a')",
        f"os.listdir({str(tmp_path)!r})",
        f"os.listdir({solutions!r})",
        "open('/etc/passwd').read()",
        "open('/etc/shadow').read()",
        "os.listdir('/home')",
        "os.listdir('/root')",
        f"os.open({str(tmp_path / 'new')!r}, os.O_CREAT | os.O_WRONLY)",
        f"os.symlink({str(secret)!r}, 'link') or open('link').read()",
        f"os.link({str(secret)!r}, 'hard')",
        f"os.rename({str(secret)!r}, 'moved')",
        f"os.unlink({str(secret)!r})",
        f"__import__('subprocess').check_output(['cat', {str(secret)!r}])",
        f"__import__('shutil').copy({str(secret)!r}, 'copy')",
    )
    assert set(ends) <= REFUSED | {"CalledProcessError", "OSError"}, ends
    assert secret.read_text() == "marks" and not (tmp_path / "new").exists()


def test_the_installation_can_be_read_but_not_written(run):
    ends = attempts(
        run,
        "open(os.__file__).read()",
        "open(os.__file__, 'a')",
        "open(course_lib.__file__, 'a')",
        "open(os.path.join(course_lib.__path__[0], 'new.py'), 'w')",
        "__import__('sklearn.linear_model')",
        setup="import course_lib",
    )
    assert ends[0] == ends[4] == "done" and set(ends[1:4]) <= {"PermissionError", "OSError"}


def test_what_a_notebook_may_import_can_be_imported(run):
    rooms = tuple(f"course_lib.{room}" for room in (*BESIDE, *FOR_STUDENTS))
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (ROOT / "course_lib").rglob("*.py")]
    names = [name for name in modules if name.startswith(rooms) and not name.endswith("__init__")]
    source = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import ' + ', '.join({names})]).returncode"
    assert len(names) > 60 and value(run(source)) == 0


def test_the_installed_course_is_hidden_where_a_library_stands_for_it(tmp_path, monkeypatch):
    package, library = tmp_path / "site-packages" / "course_lib", tmp_path / "library"
    for folder in (package / "checks", package.parent / "numpy", library):
        folder.mkdir(parents=True)
    (package.parent / "elsewhere").symlink_to("/etc")
    instead = sandbox.Library(str(library), str(package))
    monkeypatch.setattr(paths, "readable_paths", lambda library: (str(package.parent), library.folder))
    shown = {path.removeprefix(str(tmp_path)): within for path, within in paths.shown_paths.__wrapped__(instead)}
    assert shown == {"/library": False, "/site-packages": True, "/site-packages/numpy": False}
    assert paths.hidden_paths.__wrapped__(instead) == (str(package),)
    assert paths.hidden_paths.__wrapped__(None) == ()


@pytest.mark.parametrize("wrapped", [True, False])
def test_an_installed_course_cannot_be_read(tmp_path, wrapped):
    if sandbox.bubblewrap_missing() if wrapped else not sandbox.landlock_version():
        pytest.skip("this layer is missing here")
    os.chmod(tmp_path, 0o755)
    shutil.copytree(course_lib.__path__[0], tmp_path / "site" / "course_lib")
    (tmp_path / "site" / "other.py").write_text("")
    # reached under two names
    (tmp_path / "linked").symlink_to("site")
    (tmp_path / "library" / "course_lib").mkdir(parents=True)
    (tmp_path / "library" / "course_lib" / "own.py").write_text("")
    look = (
        "import glob, json, os, sys\n"
        "def can_read(path):\n"
        "    try:\n        return bool(open(path).close() is None)\n    except OSError:\n        return False\n"
        "names = ['site/course_lib/cli.py', 'linked/course_lib/cli.py', 'site/other.py', 'linked/other.py',"
        " 'library/course_lib/own.py']\n"
        f"print(json.dumps([can_read({str(tmp_path)!r} + '/' + name) for name in names]))\n"
    )
    script = (
        "import subprocess, sys\n"
        f"sys.path.insert(0, {str(tmp_path / 'site')!r})\n"
        "from course_lib.running import sandbox\nfrom course_lib.running.limits import Limits\n"
        f"library = sandbox.Library({str(tmp_path / 'library')!r}, {str(tmp_path / 'site' / 'course_lib')!r})\n"
        f"look = {look!r}\n"
        f"if {wrapped}:\n"
        "    subprocess.run(sandbox.bubblewrap([sys.executable, '-c', look], library=library), check=True)\n"
        "else:\n"
        "    sandbox.confine([], Limits().to_json(), wrapped='switched off', uid=None, library=library)\n    exec(look)\n"
    )
    # what lies there can be read like an installation
    environment = os.environ | {"LD_LIBRARY_PATH": f"{tmp_path / 'site'}:{tmp_path / 'linked'}"}
    ran = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, env=environment, cwd="/")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == [False, False, True, True, True]


@pytest.mark.parametrize("way", ["plain", "a link", "a folder that is a link", "Python by a chain of links"])
def test_a_virtual_environment_is_found_however_it_is_reached(tmp_path, way):
    if sandbox.bubblewrap_missing():
        pytest.skip(f"bubblewrap: {sandbox.bubblewrap_missing()}")
    environment = tmp_path / "real" / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    if way == "a link":
        environment = tmp_path / "link"
        (tmp_path / "second").symlink_to("real/venv")
        environment.symlink_to("second")
    elif way == "a folder that is a link":
        (tmp_path / "home").symlink_to(tmp_path / "real")
        environment = tmp_path / "home" / "venv"
    elif way == "Python by a chain of links":
        (tmp_path / "tools" / "3").mkdir(parents=True)
        (tmp_path / "tools" / "3" / "python").symlink_to(os.path.realpath(sys.executable))
        (tmp_path / "tools" / "current").symlink_to("3")
        (environment / "bin" / "python").unlink()
        (environment / "bin" / "python").symlink_to(tmp_path / "tools" / "current" / "python")
    script = (
        "import subprocess, sys\nfrom course_lib.running import sandbox\n"
        "command = sandbox.bubblewrap([sys.executable, '-c', 'import sys; print(sys.prefix)'])\n"
        "print(sandbox.bubblewrap_missing() or subprocess.run(command, capture_output=True, text=True).stdout.strip())"
    )
    root = str(Path(course_lib.__path__[0]).parent)
    ran = subprocess.run(
        [environment / "bin" / "python", "-c", script], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": root}
    )
    assert ran.stdout.strip() == str(environment), ran.stdout + ran.stderr


def test_permissions_and_times_of_files_outside_cannot_be_changed(run, tmp_path):
    target = tmp_path / "x"
    target.write_text("")
    os.chmod(tmp_path, 0o777)
    os.chmod(target, 0o644)
    ends = attempts(
        run, f"os.chmod({str(target)!r}, 0)", f"os.utime({str(target)!r}, (0, 0))", f"os.chown({str(target)!r}, 0, 0)"
    )
    assert "done" not in ends and target.stat().st_mode & 0o777 == 0o644 and target.stat().st_mtime > 0


def test_there_is_no_network(run):
    server = socket.create_server(("127.0.0.1", 0))
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind("\0course-test")
    abstract.listen()
    port = server.getsockname()[1]
    ends = attempts(
        run,
        f"socket.create_connection(('127.0.0.1', {port}), 1)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "socket.socket(socket.AF_INET6)",
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "socket.socket(socket.AF_UNIX).connect('\\0course-test')",
        "__import__('urllib.request').request.urlopen('http://127.0.0.1', timeout=1)",
        setup="import socket",
    )
    server.close()
    abstract.close()
    assert set(ends) <= {"PermissionError", "ConnectionRefusedError", "OSError", "URLError"}, ends


def test_other_processes_can_be_neither_seen_nor_touched(run):
    bystander = subprocess.Popen([sys.executable, "-c", "print(input())"], stdin=subprocess.PIPE, env={"SECRET": "x"})
    try:
        pid = bystander.pid
        ends = attempts(
            run,
            f"os.kill({pid}, 9)",
            "os.kill(os.getppid(), 9)",
            f"open('/proc/{pid}/environ').read()",
            f"open('/proc/{pid}/cmdline').read()",
            f"open('/proc/{pid}/mem', 'rb')",
            f"os.readlink('/proc/{pid}/cwd')",
            f"libc.ptrace(16, {pid}, 0, 0) and 1 / 0",
            f"resource.prlimit({pid}, resource.RLIMIT_CPU, (1, 1))",
            f"os.pidfd_open({pid}) and signal.pidfd_send_signal(os.pidfd_open({pid}), 9)",
            setup="import ctypes, resource, signal\nlibc = ctypes.CDLL(None)",
        )
        assert "done" not in ends, ends
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()
    assert run("1").problem == ""


def test_the_next_notebook_is_not_slowed_down(run):
    """The process that forks the next one may belong to the same user, and hands on what it has."""
    set_, get = {"x86_64": (251, 252), "aarch64": (30, 31)}[platform.machine()]  # ioprio_set, ioprio_get
    state = f"(os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), sorted(os.sched_getaffinity(0)), libc.syscall({get}, 1, 0))"
    setup = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    before = value(run(setup + state))
    ends = attempts(
        run,
        "os.setpriority(os.PRIO_PROCESS, os.getppid(), 15)",
        "os.setpriority(os.PRIO_USER, 0, 15)",
        "os.sched_setscheduler(os.getppid(), os.SCHED_IDLE, os.sched_param(0))",
        "os.sched_setparam(os.getppid(), os.sched_param(0))",
        "os.sched_setaffinity(os.getppid(), {0})",
        f"call(libc.syscall, {set_}, 1, os.getppid(), 3 << 13 | 7)",
        f"call(libc.syscall, {set_}, 3, 0, 3 << 13 | 7)",
        # a process may still step back itself
        "os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, 0) + 1)",
        "os.setpriority(os.PRIO_PROCESS, os.getpid(), os.getpriority(os.PRIO_PROCESS, 0) + 1)",
        "os.sched_setaffinity(0, os.sched_getaffinity(0))",
        setup=setup + "def call(function, *arguments):\n    if function(*arguments) < 0: raise PermissionError\n",
    )
    assert ends[:7] == ["PermissionError"] * 7 and ends[7:] == ["done"] * 3, ends
    assert value(run(setup + state)) == before


def test_the_doors_of_the_kernel_are_shut(run):
    ends = attempts(
        run,
        "call('unshare', 0x10000000)",
        "call('mount', b'none', b'/tmp', b'tmpfs', 0, None)",
        "call('setns', 3, 0)",
        "call('ptrace', 0, 0, None, None)",
        "call('process_vm_readv', os.getpid(), None, 0, None, 0, 0)",
        "call('memfd_create', b'x', 0)",
        "call('open_by_handle_at', 0, None, 0)",
        "call('personality', 0)",
        "call('syscall', 425, 1, None)",  # io_uring_setup
        setup=(
            "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
            "def call(name, *arguments):\n"
            "    if getattr(libc, name)(*arguments) < 0:\n"
            "        raise OSError(ctypes.get_errno(), 'refused')\n"
        ),
    )
    assert set(ends) == {"PermissionError"}, ends


# in a process of its own, since a filter stays
FILTERED = """
import ctypes, errno, json, mmap, os, sys
from course_lib.running.sandbox import seccomp

seccomp.EPERM = errno.EXFULL  # no call fails like that by itself
allowed = dict(zip(("unix_sockets", "metadata", "signals"), json.loads(sys.argv[1])))
numbers = {name: number for number, name in seccomp._known_calls().items()}
libc = ctypes.CDLL(None, use_errno=True)
os.setsid()
seccomp.refuse_calls(**allowed)

def end(call, *arguments):
    number = numbers.get(call, -1) if isinstance(call, str) else call
    if number < 0:
        return "unknown"
    ctypes.set_errno(0)
    libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    return {0: "done", errno.EXFULL: "refused"}.get(ctypes.get_errno()) or errno.errorcode[ctypes.get_errno()]

own, other, wrong = os.getpid(), os.getppid(), (-1,) * 6
"""


def filtered(expression, unix_sockets=False, metadata=False, signals=False):
    """The value of an expression in a process whose system calls are filtered."""
    script, allowed = f"{FILTERED}\nprint(json.dumps({expression}))", json.dumps([unix_sockets, metadata, signals])
    ran = subprocess.run([sys.executable, "-c", script, allowed], capture_output=True, text=True)
    return json.loads(ran.stdout) if ran.returncode == 0 else ran.returncode


@pytest.mark.parametrize("allowed", [False, True])
def test_each_listed_call_is_refused(allowed):
    names = [*seccomp.DENIED]
    if not allowed:
        names += [*seccomp.METADATA, *seccomp.SIGNALS_TO_PROCESSES, *seccomp.SIGNALS_TO_OTHERS]
    ends = filtered(f"{{name: end(name, *wrong) for name in {names}}}", *[allowed] * 3)
    known = {name for name, end in ends.items() if end != "unknown"}
    assert known >= {"ptrace", "mount", "setns", "bpf", "io_uring_setup", "kexec_load", "shmget", "memfd_create", "unshare"}
    assert allowed or known >= {"fchmod", "fchownat", "setxattr", "utimensat", "kill", "tgkill", "tkill", "pidfd_send_signal"}
    assert {name: ends[name] for name in known if ends[name] != "refused"} == {}


def test_each_listed_call_is_one_that_the_library_knows_or_is_too_old_for():
    library = seccomp._library()
    conditional = {"clone", "clone3", "prlimit64", "setpriority", "socket", *seccomp.SCHEDULING}
    names = seccomp.DENIED | seccomp.METADATA | {*seccomp.SIGNALS_TO_PROCESSES, *seccomp.SIGNALS_TO_OTHERS} | conditional
    # a number below -1 stands for a call of other processors
    unknown = {name for name in names if library.seccomp_syscall_resolve_name(name.encode()) == -1}
    assert unknown <= {"setxattrat", "removexattrat", "open_tree_attr", "file_setattr"}


def test_some_calls_are_refused_by_their_arguments():
    expression = (
        "([end('socket', 1, 1, 0), end('socket', 1 << 32 | 1, 1, 0), end('kill', own, 0), end('tgkill', own, own, 0),"
        " end('setpriority', 0, 0, 0), end('setpriority', 0, own, 0), end('sched_setaffinity', 0, 0, 0),"
        " end('prlimit64', 0, 7, 0, 0), end('getpid')],"
        "[end('socket', 2, 1, 0), end('socket', 1 << 32 | 2, 1, 0), end('socket', 16, 3, 0), end('kill', other, 0),"
        " end('kill', 0, 0), end('kill', -1, 0), end('tgkill', other, other, 0), end('tkill', own, 0),"
        " end('setpriority', 0, other, 0), end('setpriority', 1, 0, 0), end('setpriority', 2, own, 0),"
        " *[end(name, other, 0, 0) for name in seccomp.SCHEDULING], end('prlimit64', other, 7, 0, 0),"
        " end('prlimit64', own, 7, 0, 0), *[end('clone', 1 << bit) for bit in (17, 25, 26, 27, 28, 29, 30)]],"
        "[end('clone3', *wrong), *[end(max(numbers.values()) + more, *wrong) for more in (1, seccomp._YOUNGER)]],"
        "end(max(numbers.values()) + seccomp._YOUNGER + 1, *wrong))"
    )
    allowed, refused, absent, beyond = filtered(expression, unix_sockets=True)
    assert [*allowed[:6], *allowed[7:]] == ["done"] * 8 and allowed[6] == "EINVAL"
    assert refused == ["refused"] * len(refused)
    # the C library takes another way
    assert absent == ["ENOSYS"] * 3 and beyond == "refused"
    assert filtered("[end('socket', family, 1, 0) for family in (1, 2)]") == ["refused", "refused"]
    assert filtered("[end('kill', other, 0), end('tkill', own, 0), end('fchmod', 99, 0)]", False, True, True) == [
        "done",
        "done",
        "EBADF",
    ]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="other processors have no 32-bit calls in 64-bit programs")
def test_the_32_bit_faces_of_the_kernel_are_shut():
    everything = {"unix_sockets": True, "metadata": True, "signals": True}
    # getpid, as x32 and as i386 know it
    assert filtered("end(0x40000000 | 39)", **everything) == "refused"
    getpid = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"
    call = (
        f"(page := mmap.mmap(-1, 4096, prot=7), page.write({getpid}),"
        " ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))())[2]"
    )
    assert filtered(call, **everything) == -signal.SIGSYS


def test_nobody_becomes_root_again(run):
    ends = attempts(
        run,
        "os.setresuid(0, 0, 0) or open('/etc/shadow')",
        "open('/proc/sys/kernel/hostname', 'w')",
        "os.chroot('.')",
        "os.mknod('d', 0o20666, 0x103)",
    )
    assert "done" not in ends


def test_descriptors_of_the_grader_are_not_inherited(run):
    source = (
        "import os\ndef is_open(descriptor):\n"
        "    try:\n        return bool(os.fstat(descriptor))\n    except OSError:\n        return False\n"
        "[descriptor for descriptor in range(600) if is_open(descriptor)]"
    )
    # its three streams, its connection to the grader, and the null device as stdin of Python
    assert len(value(run(source))) <= 5


def test_the_environment_holds_nothing_of_the_graders(run, monkeypatch):
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    found = value(run("import os\nb'secret' in open('/proc/self/environ', 'rb').read(), sorted(os.environ)"))
    assert found[0] is False and "DATABASE_PASSWORD" not in found[1]


def test_a_fork_bomb_ends_with_its_notebook(run, clock):
    bomb = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        print('LATE', flush=True)"
    limits = Limits(processes=20)
    begun = run("1", bomb, "2", limits=limits)
    assert outputs(begun.notebook.cells[0]) == [("execute_result", "1")]
    assert outputs(begun.notebook.cells[1])
    # the next submission is not hurt
    assert value(run("3")) == 3


def test_a_memory_bomb_of_many_processes_ends(run):
    bomb = (
        "import os, time\n"
        "for _ in range(8):\n"
        "    if os.fork() == 0:\n"
        "        hog = bytearray(os.urandom(1 << 20)) * 150\n"
        "        time.sleep(98765)\n"
        "        os._exit(0)\n"
        "time.sleep(98765)"
    )
    ended = run(bomb, "1", limits=Limits(memory_bytes=400 << 20, cell_seconds=600, notebook_seconds=600))
    assert "MB of memory together" in ended.problem
    assert value(run("3")) == 3


def test_the_disk_cannot_be_filled(run):
    fill = "for i in range(1000):\n    with open(f'f{i}', 'wb') as file: file.write(b'x' * 10_000_000)"
    limits = Limits(disk_bytes=64 << 20, cell_seconds=600, notebook_seconds=600)
    ended = run(fill, limits=limits)
    last = outputs(ended.notebook.cells[0])[-1]
    assert "MB into files" in last[1] or "No space left" in last[1], last
    assert value(run("open('x', 'wb').write(b'x' * 1_000_000)", limits=limits)) == 1_000_000


def test_shared_memory_is_emptied_between_notebooks(run):
    for directory in ("/dev/shm", "/tmp"):
        run(f"open('{directory}/answer', 'w').write('42')")
    assert value(run("import os\nos.path.exists('/dev/shm/answer'), os.path.exists('/tmp/answer')")) == (False, False)
    assert not os.path.exists("/dev/shm/answer")


def test_threads_that_outlive_a_cell_end_with_the_notebook(run):
    spin = (
        "import threading\ndef spin():\n    while True: pass\n"
        "for daemon in (True, False): threading.Thread(target=spin, daemon=daemon).start()"
    )
    result = run(spin, "1")
    assert result.problem == "" and value(result) == 1


def test_a_missing_layer_can_be_refused(bare, course, preloaded, monkeypatch):
    with pytest.raises(SandboxMissing, match="no bubblewrap"):
        execute(code("1"), preloaded=bare, require_sandbox=True)
    marker = "open('ran', 'w')"
    refused = code(marker)
    with pytest.raises(SandboxMissing):
        execute(refused, preloaded=bare, require_sandbox=True)
    assert refused.cells[0].outputs == []
    course.submit("a")

    class Here:
        def submit(self, function, *arguments):
            from concurrent.futures import Future

            future = Future()
            try:
                future.set_result(function(*arguments))
            except Exception as error:
                future.set_exception(error)
            return future

    monkeypatch.setattr("course_lib.running.preloaded._idle", [bare])
    with pytest.raises(SandboxMissing):
        grade("ps1", course.root, executor=Here(), progress=False, require_sandbox=True)
    assert not (course.root / "autograded").exists()


def test_layers_that_cannot_be_had_are_named():
    with pytest.raises(OSError, match="none"):
        restrict_files(0, [], whole_proc=True, sockets=True)
    script = (
        "import json\nfrom course_lib.running import sandbox\nfrom course_lib.running.limits import Limits\n"
        "sandbox.seccomp.LIBRARY = 'libseccomp.so.none'\nsandbox.landlock_version = lambda: 0\n"
        "sandbox.prepare(wrapped='not installed')\n"
        "print(json.dumps(sandbox.confine([], Limits().to_json(), wrapped='not installed', uid=None)))"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert sandbox.missing_layers(json.loads(printed)) == [
        "no bubblewrap (not installed)",
        "no Landlock (the kernel has none)",
        "no seccomp (libseccomp is not installed)",
    ]
