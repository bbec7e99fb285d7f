"""How much of the program the tests run through: `make coverage`."""
