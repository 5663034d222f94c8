"""Speed and size, measured: cases, references, and how they are run side by side."""
