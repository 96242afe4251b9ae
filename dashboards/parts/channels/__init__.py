"""Parts of the page of channels: its address, channels in order, one of them, orders down to their rows."""
