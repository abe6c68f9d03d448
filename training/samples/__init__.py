"""The scenes of the sample clips: each with a picture of its own, and with movers that come one after the other."""
