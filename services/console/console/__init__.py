"""The console: what operators, reviewers and auditors see and do."""
