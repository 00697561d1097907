"""Defects planted into the workflows, one at a time, and who catches them.

`defects.yaml` is the list. A defect is caught by a checker, which reads, or by a scene, which runs: `scenes.py`.
Scenes go on from clean runs, so that of a run only what a defect touches, and what follows it, is run again.
"""
