"""The words of the letters: one text and one HTML template a language."""
