"""Pure makers of files: statements or rows in, bytes out."""
