#!/usr/bin/python3
"""run.py BUILD FOLDER: Debian's programs that use libevent run on this loop's library, unchanged.

FOLDER/unpacked holds the programs (fetch.py). A folder of links gives the library libevent's names.
Each program has its own check (checks.py): it must serve, and stop without an error. unbound, nsd
and memcached run over every exact structure on epoll, and on every backend over quad-heap. The
others run over a few structures. All programs also run on libevent. A check that fails on libevent
is no evidence about the loop, but counts as a failure.
"""

import concurrent.futures
import fnmatch
import os
import subprocess
import sys
import tempfile
import time

import checks
from servers import LIBRARY, NAMES, Machine

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "..", "..", "scripts"))

import built  # noqa: E402
import console  # noqa: E402

BACKENDS = ("epoll", "poll", "select", "io_uring")
USUAL, FEW = "quad-heap", ("quad-heap", "interval-levels", "sorted-list")


def runs(structures, methods):
    """Yields (check, structure, backend)."""
    for check in checks.EVERYWHERE + checks.SOMEWHERE:
        yield check, "libevent", "epoll"
        for structure in structures:
            if check in checks.EVERYWHERE or structure in FEW:
                for method in methods:
                    if method == "epoll" or structure == USUAL:
                        yield check, structure, method


def run_check(programs, links, one):
    """Returns what went wrong, or None."""
    check, structure, method = one
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)  # a program that gives up root must read and write there
        machine = Machine(os.path.abspath(os.path.join(programs, "unpacked")), links, folder, structure, method)
        try:
            check(machine)
        except (checks.Failure, OSError, EOFError, subprocess.SubprocessError) as error:
            return str(error) or repr(error)
    return None


def parse():
    parser = console.Parser(description=__doc__.splitlines()[0])
    parser.add_argument("build", help="the build folder")
    parser.add_argument("programs_folder", help="where fetch.py has put the programs")
    parser.add_argument("--structures", default="*", help="glob of the structures (all exact ones)")
    parser.add_argument("--methods", default="*", help="glob of the backends (all)")
    parser.add_argument("--programs", default="*", help="glob of the checks (all)")
    parser.add_argument("--jobs", type=console.whole(1), default=os.cpu_count(),
                        help="checks at a time (one a core)")
    return parser.parse_args()


def main():
    arguments = parse()
    exact = os.path.join(arguments.build, "regress", "exact")
    built.need("programs-test", exact, os.path.join(arguments.build, LIBRARY),
               os.path.join(arguments.programs_folder, "unpacked"))
    structures = fnmatch.filter(built.said_by(exact).split(), arguments.structures)
    methods = fnmatch.filter(BACKENDS, arguments.methods)
    work = [one for one in runs(structures, methods)
            if fnmatch.fnmatch(one[0].__name__, arguments.programs)]
    if not any(structure != "libevent" for _, structure, _ in work):
        console.fail("there is no structure, backend or check of that name", 2)
    failed, begun, shows = 0, time.monotonic(), sys.stderr.isatty()
    with tempfile.TemporaryDirectory() as links, \
            concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        os.chmod(links, 0o755)
        for name in NAMES:
            os.symlink(os.path.realpath(os.path.join(arguments.build, LIBRARY)),
                       os.path.join(links, name))
        running = {pool.submit(run_check, arguments.programs_folder, links, one): one for one in work}
        try:
            for done, future in enumerate(concurrent.futures.as_completed(running), 1):
                check, structure, method = running[future]
                if future.result() is not None:
                    failed += 1
                    print(f"failed: {check.__name__} on {structure}@{method}: {future.result()}",
                          flush=True)
                if shows:
                    left = (time.monotonic() - begun) / done * (len(work) - done)
                    print(f"\r{done} of {len(work)} checks, "
                          f"{left / 60:.0f}:{left % 60:02.0f} left ",
                          end="\n" if done == len(work) else "", file=sys.stderr, flush=True)
        except BaseException:
            pool.shutdown(cancel_futures=True)  # else Ctrl-C would wait for all of them
            raise
    print(f"{len(work) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    console.run(main)
