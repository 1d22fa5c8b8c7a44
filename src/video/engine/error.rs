//! What the engine refuses, and what goes wrong in it.

/// Why a request to the engine failed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The offer is not an SDP, or nothing in it is of use to us.
    #[error("the offer cannot be taken: {0}")]
    BadOffer(OfferFault),
    /// The publication has no publisher at this moment.
    #[error("nothing is published there")]
    NothingPublished,
    /// There is no such resource, or its peer has restarted since.
    #[error("not the state that was meant")]
    Outdated,
    /// A bound on connections is reached.
    #[error("too many connections")]
    TooMany,
    /// The engine is shutting down.
    #[error("the media engine is shutting down")]
    ShuttingDown,
    /// An address of the settings that cannot be bound.
    #[error("media cannot be bound to {address}: {error}")]
    Bind { address: std::net::SocketAddr, error: std::io::Error },
    /// An address on which streams of media cannot be listened for.
    #[error("media streams cannot be listened for on {address}: {error}")]
    Listen { address: std::net::SocketAddr, error: std::io::Error },
    /// An advertised address that no bound socket can serve.
    #[error("nothing is bound that could serve media for {0}")]
    Unserved(std::net::IpAddr),
    /// The media port or its settings.
    #[error("media port: {0}")]
    Io(#[from] std::io::Error),
}

/// The media stack did not take an offer: its words are for the log.
pub(super) fn not_taken(error: &dyn std::fmt::Display) -> EngineError {
    tracing::debug!(%error, "the media stack did not take an offer");
    EngineError::BadOffer(OfferFault::Malformed)
}

/// What is wrong with an offer. Always in our own words: what the media stack says of it changes with its versions,
/// tells nobody what to do, and is for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum OfferFault {
    #[error("it is not UTF-8")]
    NotUtf8,
    #[error("it is too long")]
    TooLong,
    #[error("it is not an SDP")]
    NotSdp,
    #[error("a line of it is not SDP")]
    BadLine,
    #[error("it has too many sections")]
    TooManySections,
    #[error("its audio has no Opus")]
    NoOpus,
    #[error("its video has no VP8")]
    NoVp8,
    #[error("it sends nothing")]
    SendsNothing,
    #[error("it receives nothing")]
    ReceivesNothing,
    #[error("simulcast is not taken")]
    Simulcast,
    #[error("ICE credentials or the fingerprint are missing")]
    NoCredentials,
    #[error("its DTLS role is unknown")]
    UnknownRole,
    #[error("something in it has a form or a value that cannot be taken")]
    Malformed,
    #[error("no codec of it fits what is played")]
    NoCodec,
    #[error("it took too long to answer it")]
    TooSlow,
}
