"""How like real cameras the rendered world is: the same measures of both."""
