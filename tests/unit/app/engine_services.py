"""Services for tests of engine processes."""

import gc
import os
import time
from collections.abc import Iterator
from typing import Any

from hsi_studio.errors import HsiError


class Counting:
    """Counts, fails and dies on request."""

    def answer(self, kind: str, body: Any) -> Iterator[Any]:
        match kind:
            case "count":
                for i in range(body):
                    time.sleep(0.01)
                    yield i
            case "hang":
                yield "begun"
                sum(range(10**11))
            case "settled":
                yield gc.get_freeze_count()
            case "echo":
                yield body
            case "fail":
                raise HsiError("it is broken", "mend it")
            case "crash":
                raise RuntimeError("a slip")
            case "die":
                os.abort()
