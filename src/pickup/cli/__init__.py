"""The command line: every command parses, calls one function of the library, and shows the answer.

Modules named like a command hold that command; `show` draws tables, `answer` prints JSON and errors.
"""
