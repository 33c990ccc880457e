"""`python -m cli.bench_camera`: a camera with somebody before it, in a process of its own as at a station; prints its address."""

import sys

from twin import photos
from twin.camera import Camera


def main() -> None:
    """Until standard input closes."""
    camera = Camera()
    camera.start()
    camera.show_person(photos.framed(next(iter(photos.portraits().values()))[0]))
    print(camera.url, flush=True)
    sys.stdin.read()
    camera.stop()


if __name__ == "__main__":
    main()
