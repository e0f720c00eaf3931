"""Files that scripts send: they are uploaded first, and then named by where they are on the server."""

from collections.abc import Mapping
from pathlib import Path

from demos.gradio_compat import upload_folder
from models.runtime.limits import InputError

WRONG = "file must be an uploaded file: send it to /upload first, or with gradio_client.handle_file."


def path_of(file: object) -> str:
    """The path of an upload. Raises InputError where `file` names none, or one outside the folder of uploads."""
    path = file.get("path") if isinstance(file, Mapping) else None
    if not isinstance(path, str) or not path:
        raise InputError("file", WRONG)
    folder = Path(upload_folder()).resolve()
    found = Path(path).resolve()
    if not found.is_relative_to(folder) or not found.is_file():
        raise InputError("file", WRONG)
    return str(found)
