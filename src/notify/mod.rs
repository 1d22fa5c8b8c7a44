//! Messages out: the outbox and the mails.
