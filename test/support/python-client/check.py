"""Is run once the packages are installed, with the folder of the installation. It fails when they cannot be used."""

from websockets import connect

assert callable(connect)
