"""Reading: detectors see and measure; they know no limits and give no verdicts."""
