"""Lines of `ip`, as they are typed or pasted: what they are about, and which rows those that show something show."""
