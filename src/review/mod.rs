//! What auditors do: find, check and play sessions.
