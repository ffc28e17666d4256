"""The pure core: policy + facts -> decision. No I/O, no clock; total and replayable."""
