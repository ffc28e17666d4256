"""Tries a policy on every application there is, when asked by a command: beside the decisions, never before them.

command ──► request ──► table `trials` ──► runner ──► child process ──► answer stored ──► `hiring.answers`
"""
