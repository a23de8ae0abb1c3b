"""Pictures of networks: `architecture` draws any functional or sequential model.

README.md beside this file says how a drawing comes about, and which file does which step.
"""
# ruff: noqa: F401 (what is imported here is what the package offers)

from lecture_utils.plots.network.architecture import architecture
