"""Engines: what finds faces and what turns a chip into a vector, each with the limits it was calibrated with.

The built-in engine is dlib's weights run by ONNX Runtime; others are described by a manifest and supplied by the operator.
"""
