"""Forms of promotion: the shape of what people send, one module for each topic."""
