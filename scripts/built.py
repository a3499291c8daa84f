"""Files of the build folder that a script needs. A missing file ends the script with status 2."""

import os
import subprocess

import console


def need(target, *paths):
    """Ends the script if one of `paths` doesn't exist. `make TARGET` builds them."""
    for path in paths:
        try:
            os.stat(path)
        except OSError as error:
            console.fail(f"{console.words_of(error)} (`make {target}` builds it)", 2)


def said_by(*command):
    """Returns what a program writes on stdout. Ends the script if it cannot run or fails."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="replace", check=False)
    except OSError as error:
        console.fail(console.words_of(error), 2)
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        console.fail(f"{' '.join(command)} fails with status {done.returncode}: {why}", 2)
    return done.stdout
