"""The figures of the book, one function each.

Every function draws on the axes that it is given, or on new ones, and returns them. Colours
come from the reader's own style: the ink is the colour of text, the lines follow the colour
cycle. Call ``plt.show()`` afterwards.
"""

from kasago.plot.accuracies import plot_accuracies
from kasago.plot.activations import plot_activations
from kasago.plot.answers import plot_answers, plot_class_accuracy
from kasago.plot.benchmark import plot_benchmark
from kasago.plot.curves import (
    plot_curve,
    plot_difference_error,
    plot_loss_by_probability,
    plot_tangent,
)
from kasago.plot.deep import plot_mistakes, plot_stages
from kasago.plot.descents import plot_descent, plot_descent_losses, plot_descent_paths
from kasago.plot.diagrams import plot_network
from kasago.plot.digits import plot_digit, plot_digit_sheet, plot_digits
from kasago.plot.filters import plot_feature_maps, plot_filters, plot_sliding_filter
from kasago.plot.gates import plot_gate
from kasago.plot.graphs import plot_graph
from kasago.plot.history import plot_accuracy, plot_loss
from kasago.plot.landscapes import (
    plot_gradient_field,
    plot_gradient_surface,
    plot_surface,
)
from kasago.plot.losses import plot_losses
from kasago.plot.normalization import plot_curve_pairs
from kasago.plot.search import plot_search
from kasago.plot.weights import (
    plot_loss_along_weight,
    plot_matrix,
    plot_outputs_along_input,
    plot_weights,
)

__all__ = [
    "plot_accuracies",
    "plot_accuracy",
    "plot_activations",
    "plot_answers",
    "plot_benchmark",
    "plot_class_accuracy",
    "plot_curve",
    "plot_curve_pairs",
    "plot_descent",
    "plot_descent_losses",
    "plot_descent_paths",
    "plot_difference_error",
    "plot_digit",
    "plot_digit_sheet",
    "plot_digits",
    "plot_feature_maps",
    "plot_filters",
    "plot_gate",
    "plot_gradient_field",
    "plot_gradient_surface",
    "plot_graph",
    "plot_loss",
    "plot_loss_along_weight",
    "plot_loss_by_probability",
    "plot_losses",
    "plot_matrix",
    "plot_mistakes",
    "plot_network",
    "plot_outputs_along_input",
    "plot_search",
    "plot_sliding_filter",
    "plot_stages",
    "plot_surface",
    "plot_tangent",
    "plot_weights",
]
