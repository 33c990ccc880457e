"""One outside thing each. An adapter posts inputs and applies actions; it never decides."""
