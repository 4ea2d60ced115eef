# SPDX-License-Identifier: MIT
"""What all models have in common."""

import tasks


class Model:
    """Makes workers, and has them do rounds of tasks."""

    name = None        # Required
    like = None        # of a model of the driver's own: which native one counts workers and tasks likewise
    summary = None
    carriers = True    # has workers beside the calling thread
    processes = False  # they are processes
    lasting = True     # they outlive their tasks: making them is start-up, and not in the clock

    def __init__(self, run):
        self.run = run
        self.payload = run.workload.payload
        self.do = (tasks.do_call if self.payload is not None else
                   tasks.do_role if run.workload.together else tasks.do_task)
        tasks.current = run

    def close_gate(self, lock):
        """For start(): no worker goes on before all are ready."""
        lock.acquire()
        self.run.gate = lock

    def jobs(self, count):
        """What is handed to workers."""
        return range(count) if self.payload is None else ((index, self.payload) for index in range(count))

    def imports(self):
        """What of the library it needs: there before memory is read."""

    def start(self):
        """Makes the workers; all are ready when it returns."""

    def tasks(self, count):
        """Required: does tasks 0 to count - 1; returns how many were done, and the sum of their checksums."""
        raise NotImplementedError

    def round(self, count):
        """The timed part: the clock ends when the last task is known to be done."""
        workload = self.run.workload
        if workload.together or workload.sets_clock:
            outcome = self.tasks(count)
            if workload.together and not workload.sets_clock:
                self.run.last_role_end()
            return outcome
        self.run.clock_start()
        outcome = self.tasks(count)
        self.run.clock_stop()
        return outcome

    def stop(self):
        """Ends the workers, also if start() did not come to its end."""
