### The queue at the counters.

no_queue = This service is not given at a counter; there is no queue for it.
queue_empty = Nobody is waiting at the moment.
ticket_state = This ticket was changed meanwhile. Load the page again, then go on.
# $most (number)
wrong_counter = Name the counter in at most { $most } characters: letters, digits, spaces and dashes.
unknown_venue = There is no such venue.
