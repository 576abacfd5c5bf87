"""Media files: what they are, single frames of them, and making an original match the cut.

Every file is opened in a child process, because a damaged or hostile one can crash FFmpeg or hang it.
"""
