### What the program as a whole refuses.

bad_host = A request must name exactly one valid Host.
bad_idempotency_key = An Idempotency-Key has 1 to 255 ASCII characters.
idempotency_key_reused = This Idempotency-Key was used for another request.
idempotency_answer_lost = This request was carried out, but its answer was lost. Please reload the page to see the outcome.
stopping = The service is restarting. Nothing was changed; please try again shortly.
