# cython: language_level=3, freethreading_compatible=True
"""The floor: what it costs to call a method with the arguments of PortTable.match when it does nothing. And a counter of
instructions that needs nothing but Linux: one process steps through another."""

import cython
import os

cdef extern from "<sys/ptrace.h>" nogil:
    long ptrace(int request, int pid, void *address, void *data)
    int PTRACE_TRACEME, PTRACE_CONT, PTRACE_SINGLESTEP

cdef extern from "<sys/wait.h>" nogil:
    int waitpid(int pid, int *status, int options)
    int WIFSTOPPED(int status)
    int WSTOPSIG(int status)

cdef extern from "<signal.h>" nogil:
    int SIGTRAP, SIGSTOP


@cython.final
cdef class Floor:
    @cython.binding(False)
    def match(self, method, host, path, headers=None, *, sni=None, draw=None):
        return None


def traced():
    """Makes the parent the tracer of this process, which stops until it is told to go on."""
    if ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0:
        raise OSError("this process may not be traced")
    os.kill(os.getpid(), SIGSTOP)


def go_on(int pid):
    """Lets a stopped process run to its next SIGSTOP; False if it ended."""
    ptrace(PTRACE_CONT, pid, NULL, NULL)
    return _stopped(pid) == SIGSTOP


def steps(int pid):
    """Lets a stopped process run to its next SIGSTOP; how many instructions that took. -1 if it ended."""
    cdef long count = 0
    cdef int signal = SIGTRAP
    with nogil:
        while signal == SIGTRAP:
            ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL)
            signal = _stopped(pid)
            count += 1
    return count if signal == SIGSTOP else -1


cdef int _stopped(int pid) noexcept nogil:
    """The signal that stopped it; -1 if it ended."""
    cdef int status = 0
    waitpid(pid, &status, 0)
    return WSTOPSIG(status) if WIFSTOPPED(status) else -1
