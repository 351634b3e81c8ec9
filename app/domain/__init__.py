"""What is true in a dialogue: plain functions on a transaction or a session. Nothing here commits, waits or renders."""
