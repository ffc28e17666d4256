"""What may be wrong with a pipeline, looked at one by one."""
