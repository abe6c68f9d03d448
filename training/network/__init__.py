"""The network: pixels to visual keys and values (see), tokens to logits over both caches (think)."""
