"""Python files that are found by name: one file for each pass, one for each figure.

They are no modules that another imports by its name, so a pass may be called `time`. They stand in a
folder beside the scripts and may import these.
"""

import importlib.util
import os

SCRIPTS = os.path.dirname(os.path.abspath(__file__))


def names(folder):
    """The names of a folder's .py files, in alphabetical order."""
    return sorted(entry[:-3] for entry in os.listdir(os.path.join(SCRIPTS, folder))
                  if entry.endswith(".py"))


def load(folder, name):
    """Runs FOLDER/NAME.py and returns it as a module. Each call runs the file anew."""
    path = os.path.join(SCRIPTS, folder, f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"{folder}/{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
