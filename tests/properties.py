"""How a property is looked at: over many inputs, and never judged by the time that it takes."""

from hypothesis import HealthCheck, settings

# Machines are noisy: by its default, Hypothesis fails an example of more than 200 ms.
many = settings(
    max_examples=50,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
