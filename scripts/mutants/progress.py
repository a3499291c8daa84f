"""A line on stderr with the progress of a run, and the remaining time at the rate so far."""

import sys
import time

EVERY = 60  # seconds between lines if stderr is not a terminal


class Progress:
    def __init__(self, stream=sys.stderr):
        self.stream, self.terminal = stream, stream.isatty()
        self.begun = self.written = None
        self.stage = ""

    def __call__(self, text, done=0, of=0, keep=False):
        """Shows the line. With keep, later lines do not overwrite it."""
        now = time.monotonic()
        if done <= 1:
            self.begun = self.begun if done and self.begun else now
        stage = text.split(":")[0] if not of else "mutants"
        # Work in progress does not count as done. So an estimate after the first few would be far
        # too long.
        left = f"; {self.duration((now - self.begun) / done * (of - done))} left" if 5 <= done < of else ""
        line = f"mutants: {text}{left}"
        if self.terminal:
            self.stream.write(f"\r\033[K{line}" + ("\n" if keep else ""))
        elif keep or stage != self.stage or now - (self.written or 0) >= EVERY or of and done == of:
            self.stream.write(line + "\n")
            self.written = now
        self.stage = stage
        self.stream.flush()

    @staticmethod
    def duration(seconds):
        return f"{seconds / 60:.0f} min" if seconds > 90 else f"{seconds:.0f} s"

    def end(self):
        if self.terminal:
            self.stream.write("\r\033[K")
            self.stream.flush()
