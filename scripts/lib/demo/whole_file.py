# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A result that is whole, or is not there."""

import contextlib


@contextlib.contextmanager
def whole_file(path):
    """Gives a name to write to. `path` has the file at the end; if that does not come, nothing is left."""
    part = path.with_name(f".{path.stem}-part{path.suffix}")  # pw-record knows the format by the suffix
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
