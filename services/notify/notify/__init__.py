"""Notify: e-mails every decision to its candidate, and keeps a ledger of the letters."""
