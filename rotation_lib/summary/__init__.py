"""What the summary draws from several themes at once.

It stands above them, since themes do not know each other. It must never measure a finding.
"""
