"""Plates drawn from nothing. Each module has one class with `frame(index)`; `catalog` names them all."""
