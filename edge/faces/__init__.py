"""Who is in front of the camera: from frames to comparison scores, in a child process that may hang or die.

Never decides who somebody is (`edge.domain.identity` does) and never lets a frame out: scores, hints, QR texts and
preview JPEGs leave. The parent imports `wire` and `gallery` only: no OpenCV, no dlib.
"""
