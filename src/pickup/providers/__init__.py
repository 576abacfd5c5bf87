"""What generates footage: one file, or one package, per provider."""
