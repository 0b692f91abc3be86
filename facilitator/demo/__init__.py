"""The demonstration territory: deterministic for (seed, date), obviously fictitious, made with the domain’s verbs."""

from facilitator.demo.story import Account, DemoRefused, load

__all__ = ["Account", "DemoRefused", "load"]
