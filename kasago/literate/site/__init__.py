"""What MkDocs adds around the pages. Nothing outside this room knows MkDocs."""
