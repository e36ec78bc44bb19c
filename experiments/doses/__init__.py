"""Effects of policy that parameters and doses were fitted to, measured on the model."""
