"""The steps of training, each a command: generate, encoder, features, reasoner, evaluate, export, golden."""
