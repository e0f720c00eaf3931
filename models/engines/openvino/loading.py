"""Loads an encoder on OpenVINO, converting it first if necessary; imports neither torch nor Transformers."""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from models.engines import convert
from models.engines.checkpoint import Checkpoint
from models.engines.encoder_batches import SharedBatches
from models.engines.openvino import converted
from models.engines.openvino.converted import Converted
from models.engines.tokenizer import Tokenizer
from models.runtime.cache import Loaded
from models.runtime.memory import out_of_memory
from models.runtime.progress import Report, Stage
from models.weights import conversion

log = logging.getLogger("glassbox")

DTYPES = {"f32": "float32", "bf16": "bfloat16"}
Run = Callable[[Sequence[str]], None]
# A conversion takes as much memory as the model in torch, and uses all cores.
_ONE_AT_A_TIME = threading.Lock()


def load(
    checkpoint: Checkpoint,
    threads: int,
    report: Report,
    run: Run = conversion.run,
    precision: Literal["f32", "bf16"] | None = None,
) -> Loaded | None:
    """The encoder of `checkpoint` on OpenVINO, or None if it needs torch; the reason is logged.

    `run` takes the arguments of `models.engines.convert`. `precision` defaults to the fastest on this machine.
    """
    if find_spec("openvino") is None:
        log.info("%s runs in torch: openvino is not installed.", checkpoint.name)
        return None
    folder = checkpoint.folder / f"openvino-{checkpoint.key}"
    for last_try in (False, True):
        found = converted.read(folder) or _converted(checkpoint, folder, report, run)
        if found is None or found.info is None:
            reason = found.failure if found else "see above"
            log.info("%s runs in torch: OpenVINO cannot run it (%s).", checkpoint.name, reason)
            return None
        from models.engines.openvino.encoder import OpenVinoEncoder, fastest_precision

        try:
            chosen = precision or fastest_precision()
            encoder = SharedBatches(OpenVinoEncoder.load(folder, found.info, threads, chosen))
            return Loaded(encoder, Tokenizer.load(folder), "cpu", DTYPES[chosen], found.nbytes, "openvino")
        except (RuntimeError, OSError, ValueError) as error:
            if out_of_memory(error):
                raise MemoryError(f"There is too little memory for {checkpoint.name}.") from error
            log.warning("The converted files of %s cannot be read: %s", checkpoint.name, error)
            if not last_try:
                with suppress(OSError):
                    (folder / converted.RECORD).unlink()
    return None


def _converted(checkpoint: Checkpoint, folder: Path, report: Report, run: Run) -> Converted | None:
    """Convert `checkpoint` into `folder`; None if that failed."""
    report(Stage("Converting", checkpoint.name))
    try:
        with _ONE_AT_A_TIME:
            run(convert.encoder_arguments(checkpoint, folder))
    except (OSError, conversion.ConversionFailed) as error:
        log.warning("The conversion of %s failed: %s", checkpoint.name, error)
        return None
    report(Stage("Loading", checkpoint.name))
    return converted.read(folder)
