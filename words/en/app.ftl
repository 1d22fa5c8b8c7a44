### What the program as a whole refuses.

bad_host = A request must name exactly one valid Host.
bad_idempotency_key = An Idempotency-Key has 1 to 255 ASCII characters.
idempotency_key_reused = This Idempotency-Key was used for another request.
idempotency_answer_lost = This request was carried out, but its answer was lost. Please reload the page to see the outcome.
stopping = The service is restarting. Nothing was changed; please try again shortly.
other_node = This session is held on another server, to which this one cannot pass you on. An administrator has to set MIANQIA_NODE_ADDRESS there.
node_away = The server that has this does not answer at the moment. Please try again shortly.
recordings_scattered = The recordings of this session lie on several servers and cannot be checked together here. Run mianqia verify on each of them.
