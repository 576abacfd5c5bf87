"""Plates drawn from nothing: sea, city with rain, sky. Each module has one class with `frame(index)`."""
