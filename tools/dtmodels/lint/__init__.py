"""Hold cards against the rules of the collection: static, offline, in a blink."""
