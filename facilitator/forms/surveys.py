"""Sending the survey of a year: nothing to type, one effect."""

from facilitator.forms.base import TradeForm


class SendSurveyForm(TradeForm):
    """What is sent is what is known today."""
