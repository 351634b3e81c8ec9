"""Tovholder runs live dialogues: people write and vote on phones, the room sees it on the wall, and takes it home."""
