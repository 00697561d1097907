"""The operating system and the interpreter: failures, files, child processes, plug-in modules."""
