"""What may pass: the policy on paths and effects, and the values of run inputs."""
