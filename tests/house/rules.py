"""The rules of the house as functions: each takes the root of a source tree and yields breaches,
one text each, beginning with the file. test_rules.py runs them over this tree and over bad examples.
"""

import os
import re
import subprocess

ROOMS = ("mat", "acquire", "dsp", "detect", "bus", "record")
CODE = ROOMS + ("tools", "tests")

# Whose header it is: only these folders may include it (tests may include anything).
THIRD_PARTY = {
    r"libserialport\.h": ("acquire",),
    r"zlib\.h": ("acquire", "bus"),
    r"libdeflate\.h": ("record",),
    r"sodium(/.*)?\.h": ("acquire", "bus", "tools"),
    r"libwebsockets\.h": ("tools",),
    r"kiss_fft.*\.h": ("dsp",),
    r"zmq.*\.h": ("bus",),
    r"(hdf5|H5).*\.h": ("record",),
    r"jansson\.h": ("acquire", "bus", "tools"),
    r"(argp|ini)\.h": ("tools",),
    r"uuid(/uuid)?\.h": ("tools",),
}

C_HEADERS = set("""assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp
signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads
time uchar wchar wctype""".split())

SYSTEM_HEADERS = C_HEADERS | set("""dirent fcntl glob libgen netdb poll pthread pty pwd sched
semaphore strings syslog termios unistd execinfo malloc dlfcn endian byteswap xmmintrin immintrin
pmmintrin cpuid""".split())

SYSTEM_FOLDERS = ("sys/", "linux/", "netinet/", "arpa/", "net/", "asm/")

# Names of third-party types and functions: none may stand in a header of a room.
FOREIGN_NAMES = re.compile(
    r"\b(json_\w+|zmq_\w+|sp_port\w*|sp_return\w*|hid_t|hsize_t|herr_t|H5\w+|kiss_fft\w*|z_stream\w*|"
    r"libdeflate_\w+|crypto_\w+|sodium_\w+|uuid_t|argp\w*|ini_\w+|cairo_\w+|lws_\w+)\b")

PRINTING = re.compile(
    r"\b(printf|vprintf|puts|putchar|perror|exit|_exit|_Exit|quick_exit|abort|err|errx|warn|warnx|"
    r"error|syslog)\s*\(|\b(stderr|stdout)\b")

LEFT_OVERS = re.compile(r"#\s*if 0\b|\b(TODO|FIXME|XXX|HACK)\b|for future use|not implemented")
DRAWERS = re.compile(r"(^|/)(utils?|common|helpers?|misc)\.(c|h|py)$")
FUNCTION_LINES = 80
FILE_LINES = 400
PARAMETERS = 5
MEDIAN_LINES = 15
MOST_LINES = 45

# Paths of somebody's machine. In two parts, so that this file does not name one itself.
MACHINE_PATHS = re.compile(rb"(?<![\w.$}>-])/(?:wo" rb"rk|ro" rb"ot|ho" rb"me/[a-z]\w*|mn" rb"t)/\w")
LOGS = re.compile(r"\.(swp|log|orig|rej)$")


def files(root, *endings):
    """Every source file below root, as paths relative to it; build folders are left out."""
    for folder, folders, names in os.walk(root):
        top = folder == root
        folders[:] = sorted(
            f for f in folders
            if f not in (".git", "__pycache__", ".cache", "node_modules")
            and not (top and (f.startswith("build") or f == "sessions")))
        for name in sorted(names):
            if name != ".git" and (not endings or name.endswith(endings)):
                yield os.path.relpath(os.path.join(folder, name), root)


def text(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def room_of(path):
    return path.split("/", 1)[0]


def without_comments(code):
    """The code with comments and the insides of literals blanked out; lines stay where they are."""
    def blank(match):
        found = match.group(0)
        if found.startswith("/"):
            return "\n" * found.count("\n") or " "
        return found[0] + found[0]
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, code,
                  flags=re.S)


def includes(root, path):
    for number, line in enumerate(text(root, path).splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            yield number, match.group(1) == "<", match.group(2)


def is_own(root, path, name):
    """Whether the quoted name is a file of the folder that path is in, or of its room."""
    room = room_of(path)
    beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
    return any(room_of(p) == room and os.path.isfile(os.path.join(root, p))
               for p in (beside, os.path.normpath(name)))


def rooms_do_not_include_each_other(root):
    for path in files(root, ".c", ".h"):
        room = room_of(path)
        if room not in ROOMS + ("tools",):
            continue
        if room == "mat":
            allowed = ()
        elif room == "tools":
            allowed = tuple(f"{r}/{r}.h" for r in ROOMS)
        else:
            allowed = ("mat/mat.h",)
        for line, angle, name in includes(root, path):
            if not angle and name not in allowed and not is_own(root, path, name):
                yield f"{path}:{line}: {room} may not include {name}"


def third_party_headers_stay_in_their_room(root):
    for path in files(root, ".c", ".h"):
        room = room_of(path)
        if room not in ROOMS + ("tools",):
            continue
        for line, angle, name in includes(root, path):
            owners = next((o for p, o in THIRD_PARTY.items() if re.fullmatch(p, name)), None)
            if owners is not None:
                if room not in owners:
                    yield f"{path}:{line}: {name} belongs to {', '.join(owners)}"
            elif angle and room in ROOMS:
                known = C_HEADERS if room in ("mat", "detect") else SYSTEM_HEADERS
                if name[:-2] not in known and not (
                        room not in ("mat", "detect", "dsp") and name.startswith(SYSTEM_FOLDERS)):
                    yield f"{path}:{line}: {room} has no business with <{name}>"


def headers_name_no_third_party_type(root):
    for path in files(root, ".h"):
        if room_of(path) not in ROOMS:
            continue
        for line, angle, name in includes(root, path):
            if any(re.fullmatch(p, name) for p in THIRD_PARTY):
                public = path == f"{room_of(path)}/{room_of(path)}.h" or room_of(path) == "mat"
                if public:
                    yield f"{path}:{line}: a public header includes {name}"
        if path != f"{room_of(path)}/{room_of(path)}.h" and room_of(path) != "mat":
            continue
        for number, line in enumerate(without_comments(text(root, path)).splitlines(), 1):
            match = FOREIGN_NAMES.search(line)
            if match and not line.lstrip().startswith("#"):
                yield f"{path}:{number}: a public header names {match.group(0)}"


# A child that a library forks for itself has to end somehow.
OWN_PROCESSES = {("record/hdf_apart.c", "_exit")}


def libraries_neither_print_nor_exit(root):
    for path in files(root, ".c", ".h"):
        if room_of(path) not in ROOMS:
            continue
        for number, line in enumerate(without_comments(text(root, path)).splitlines(), 1):
            match = PRINTING.search(line)
            if match and (path, match.group(1)) not in OWN_PROCESSES:
                yield f"{path}:{number}: a library uses {match.group(0).rstrip(' (')}"


def functions(root):
    """(path, name, first line, last line, signature) of every C function."""
    paths = [p for p in files(root, ".c") if room_of(p) in CODE]
    if not paths:
        return
    listing = subprocess.run(
        ["ctags", "-x", "--_xformat=%F\t%N\t%n\t%{end}\t%{signature}", "--fields=+neS",
         "--languages=C", "--kinds-C=f", "-L", "-"],
        cwd=root, input="\n".join(paths), capture_output=True, text=True, check=True)
    for line in listing.stdout.splitlines():
        path, name, first, last, signature = line.split("\t")
        if last:
            yield path, name, int(first), int(last), signature


def parameter_count(signature):
    """Number of parameters; where to put what went wrong, the last one everywhere, is not counted."""
    inside = signature[signature.index("(") + 1:signature.rindex(")")].strip()
    inside = re.sub(r",\s*struct failure \*\s*\w*$", "", inside)
    if inside in ("", "void"):
        return 0
    depth = commas = 0
    for letter in inside:
        depth += (letter == "(") - (letter == ")")
        commas += letter == "," and depth == 0
    return commas + 1


def functions_are_short(root):
    for path, name, first, last, _ in functions(root):
        if last - first + 1 > FUNCTION_LINES:
            yield f"{path}:{first}: {name} has {last - first + 1} lines"


def functions_keep_the_budget(root):
    """Room by room: half of the functions are very short, nine of ten are short."""
    lengths = {}
    for path, _, first, last, _ in functions(root):
        lengths.setdefault(room_of(path), []).append(last - first + 1)
    for room, found in lengths.items():
        found.sort()
        for share, most in ((0.5, MEDIAN_LINES), (0.9, MOST_LINES)):
            if found[int(share * (len(found) - 1))] > most:
                yield f"{room}/: {1 - share:.0%} of the functions have more than {most} lines"


def functions_take_few_parameters(root):
    for path, name, first, _, signature in functions(root):
        if parameter_count(signature) > PARAMETERS:
            yield f"{path}:{first}: {name} takes {parameter_count(signature)} parameters"


def files_are_short(root):
    for path in files(root, ".c"):
        lines = text(root, path).count("\n")
        if lines > FILE_LINES:
            yield f"{path}: {lines} lines"


def types_are_named_structs(root):
    for path in files(root, ".c", ".h"):
        for number, line in enumerate(without_comments(text(root, path)).splitlines(), 1):
            if re.match(r"\s*typedef\b", line):
                yield f"{path}:{number}: a typedef"


def nothing_is_left_over(root):
    for path in files(root, ".c", ".h", ".py", ".sh", ".cmake", "CMakeLists.txt"):
        if path == "tests/house/rules.py" or path == "tests/house/test_rules.py":
            continue
        for number, line in enumerate(text(root, path).splitlines(), 1):
            match = LEFT_OVERS.search(line)
            if match:
                yield f"{path}:{number}: {match.group(0)}"


def no_drawer_by_name(root):
    for path in files(root):
        if DRAWERS.search(path) or LOGS.search(path):
            yield f"{path}: a drawer or a left-over by its name"


def no_path_of_a_machine(root):
    here = os.path.realpath(root).encode()
    for path in files(root):
        with open(os.path.join(root, path), "rb") as file:
            content = file.read()
        match = MACHINE_PATHS.search(content)
        if match is None and len(here) > 4 and here in content:
            match = re.search(re.escape(here), content)
        if match:
            line = content[:match.start()].count(b"\n") + 1
            yield f"{path}:{line}: names {match.group(0).decode(errors='replace')}"


def headers_stand_alone(root):
    """Those of the rooms that others may include compile with nothing before them."""
    paths = [f"{room}/{room}.h" for room in ROOMS]
    paths += [p for p in files(root, ".h") if room_of(p) == "mat" and p != "mat/mat.h"]
    for path in paths:
        if not os.path.isfile(os.path.join(root, path)):
            continue
        result = subprocess.run(
            ["cc", "-std=c17", "-Wall", "-Werror", "-fsyntax-only", "-I.", "-x", "c", "-include",
             path, "/dev/null"], cwd=root, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            yield f"{path}: {result.stderr.splitlines()[-1] if result.stderr else 'no reason'}"


def folders_are_linked_as_they_are_named(root):
    """Every room that has code is a room of the build."""
    build = text(root, "CMakeLists.txt")
    for room in ROOMS:
        if os.path.isdir(os.path.join(root, room)) and f"rollscope_room({room}" not in build:
            yield f"CMakeLists.txt: {room} is no room of the build"


ALL = (
    rooms_do_not_include_each_other,
    third_party_headers_stay_in_their_room,
    headers_name_no_third_party_type,
    headers_stand_alone,
    libraries_neither_print_nor_exit,
    functions_are_short,
    functions_keep_the_budget,
    functions_take_few_parameters,
    files_are_short,
    types_are_named_structs,
    nothing_is_left_over,
    no_drawer_by_name,
    no_path_of_a_machine,
    folders_are_linked_as_they_are_named,
)
