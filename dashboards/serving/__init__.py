"""The server of the dashboards: its options, the door everybody passes, and the page to sign in on."""
