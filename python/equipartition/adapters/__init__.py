"""Monitors of other libraries' training loops: `equipartition.adapters.torch`, `equipartition.adapters.optax`."""
