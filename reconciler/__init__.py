"""GitOps for the phone numbers of a Vapi account."""

__version__ = "0.1.0"
