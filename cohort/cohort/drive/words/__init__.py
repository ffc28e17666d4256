"""The words a drive is made of, a file a subject. All people, schools and addresses are invented."""
