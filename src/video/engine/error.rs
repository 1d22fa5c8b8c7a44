//! What the engine refuses, and what goes wrong in it.

/// Why a request to the engine failed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The offer is not an SDP, or nothing in it is of use to us.
    #[error("the offer cannot be taken: {0}")]
    BadOffer(String),
    /// The publication has no publisher at this moment.
    #[error("nothing is published there")]
    NothingPublished,
    /// A bound on connections is reached.
    #[error("too many connections")]
    TooMany,
    /// The engine is shutting down.
    #[error("the media engine is shutting down")]
    ShuttingDown,
    /// An address of the settings that cannot be bound.
    #[error("media cannot be bound to {address}: {error}")]
    Bind { address: std::net::SocketAddr, error: std::io::Error },
    /// An advertised address that no bound socket can serve.
    #[error("nothing is bound that could serve media for {0}")]
    Unserved(std::net::IpAddr),
    /// The media port or its settings.
    #[error("media port: {0}")]
    Io(#[from] std::io::Error),
}
