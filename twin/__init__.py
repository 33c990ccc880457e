"""A simulated station: the wires, the room, the camera. It imports the edge; the edge never imports it."""
