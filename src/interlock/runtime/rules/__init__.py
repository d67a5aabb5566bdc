"""What can go wrong when a program runs, one a file. The emitted program reports these codes by itself."""
