"""Pictures of networks: `architecture` draws any functional or sequential model.

README.md beside this file says how a drawing comes about, and which file does which step.
"""

from lecture_utils.plots.network.architecture import architecture

__all__ = ["architecture"]
