"""Kasago: how a neural network learns, from scratch in NumPy.

Nothing is imported here, so that ``import kasago.common.functions`` needs NumPy alone.
"""
