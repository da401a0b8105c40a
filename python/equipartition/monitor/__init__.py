"""Balance laws measured live, in any training loop: sums of the size of the laws, and one buffer.

| module | what |
|---|---|
| `optimizers` | rules of descent: rates, decay, momentum, and the factor that the laws' right sides have |
| `pace` | by which rule, at which rate each tensor is stepped, and how much of its relaxation was seen |
| `laws` | laws fitted to the parameters: which positions belong to which member |
| `marginals` | the sums over rows and columns that one step adds |
| `tally` | what is kept of a law over the steps, and what it says |
| `core` | `Monitor` |
| `report` | table, JSON, picture |

Definitions are those of ``equipartition inspect`` (docs/inspect.md); on the same parameters and gradients the numbers are the same.
"""

from .core import Monitor
from .optimizers import Adam, AdamW, Optimizer, Sgd
from .report import MonitorReport

__all__ = ["Adam", "AdamW", "Monitor", "MonitorReport", "Optimizer", "Sgd"]
