"""What makes an emitted module stand alone: the harness that runs its steps, and the carrying of Python nodes."""
