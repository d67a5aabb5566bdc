"""From a plan to files: `check` proves it, `lower` makes a program of it, a target prints the program."""
