"""What stands on a page: its blocks, snippets, tied numbers, and excerpts of source."""
