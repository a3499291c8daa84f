"""Finds Python files by their names: scripts/passes has one for each pass, scripts/figures one for
each figure.

No import statement names these files, so a pass may be called `time`. They may import the scripts.
"""

import importlib.util
import os

SCRIPTS = os.path.dirname(os.path.abspath(__file__))


def names(folder):
    """Returns the names of a folder's .py files without .py, in alphabetical order."""
    return sorted(entry[:-3] for entry in os.listdir(os.path.join(SCRIPTS, folder))
                  if entry.endswith(".py"))


def load(folder, name):
    """Runs FOLDER/NAME.py and returns it as a module. Each call runs the file again."""
    path = os.path.join(SCRIPTS, folder, f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"{folder}/{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
