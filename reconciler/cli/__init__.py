"""The front desk: options in, text and exit code out; one file a command."""
