//! Identifiers of the trade and their check rules. Pure.
