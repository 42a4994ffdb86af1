"""A creator's day: a drop to eight markets, with all that can go wrong in it.

Run it as it is: the day is over in seconds. With ``--serve`` it goes slowly and stays up, so that
you can add the page to OBS, or open it in a browser, and watch.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path

from stage import MINUTE, open_stage
from story import DOORS, play
from tables import tell

WATCHABLE = 60


def main() -> None:
    """Play the day."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--serve", action="store_true", help="slowly, and stay up until Ctrl-C")
    asked.add_argument("--port", type=int, help="8765 with --serve, else any that is free")
    asked.add_argument("--speed", type=int, help="seconds of the story in one; 60 with --serve")
    told = asked.parse_args()
    usual = 8765 if told.serve else 0
    port = usual if told.port is None else told.port
    speed = told.speed or (WATCHABLE if told.serve else 0)
    try:
        asyncio.run(day(port, speed, told.serve))
    except OSError as error:
        asked.error(f"cannot listen on port {port}: {error.strerror}; give another --port")
    except KeyboardInterrupt:
        tell("", "stopped")


async def day(port: int, speed: int, serve: bool) -> None:
    """Serve the drop and play the story to it."""
    early = DOORS - (timedelta(minutes=10) if serve else MINUTE)
    with tempfile.TemporaryDirectory(prefix="live-drop-") as folder:
        async with open_stage(Path(folder), early, port=port, speed=speed) as stage:
            tell(f"overlay: {stage.url}/overlay")
            await play(stage)
            if serve:
                tell("", "The page stays up; stop it with Ctrl-C.")
                await asyncio.Event().wait()


if __name__ == "__main__":
    main()
