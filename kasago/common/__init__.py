"""Functions, gradients and optimizers: the names of the book's own ``common`` package."""
