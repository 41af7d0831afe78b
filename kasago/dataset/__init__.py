"""The handwritten digits of MNIST, shipped with the package."""
