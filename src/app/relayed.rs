//! What another node tells of a session that it has, for a stream of events of this node.

use crate::app::elsewhere;
use crate::http::Problem;
use axum::body::{Body, BodyDataStream};
use axum::response::sse::Event;
use futures::{Stream, StreamExt, stream};

/// The events of another node's stream. Where that one breaks, or ends because its node stops, the last of them is a
/// problem: whoever listens asks anew, of whoever has the session by then.
pub(super) fn events(body: Body) -> impl Stream<Item = Result<Event, Problem>> + Send {
    let relayed = Relayed { body: Some(body.into_data_stream()), rest: Vec::new(), is_stopping: false };
    stream::unfold(relayed, |mut relayed| async move {
        let told = relayed.next().await?;
        Some((told, relayed))
    })
}

struct Relayed {
    /// Until it is over.
    body: Option<BodyDataStream>,
    /// What came and is no whole event yet.
    rest: Vec<u8>,
    is_stopping: bool,
}

impl Relayed {
    async fn next(&mut self) -> Option<Result<Event, Problem>> {
        loop {
            if let Some((name, data)) = self.whole_event() {
                self.is_stopping |= name == "stopping";
                return Some(Ok(Event::default().event(name).data(data)));
            }
            match self.body.as_mut()?.next().await {
                Some(Ok(bytes)) => self.rest.extend_from_slice(&bytes),
                Some(Err(error)) => {
                    tracing::warn!(%error, "the events of another node broke off");
                    self.body = None;
                    return Some(Err(elsewhere::away()));
                }
                None => {
                    self.body = None;
                    return self.is_stopping.then(|| Err(elsewhere::away()));
                }
            }
        }
    }

    /// The first event that came whole, by name and data. What has no name (comments) is for the connection between
    /// the two nodes.
    fn whole_event(&mut self) -> Option<(String, String)> {
        while let Some(end) = self.rest.windows(2).position(|two| two == b"\n\n") {
            let block: Vec<u8> = self.rest.drain(..end + 2).collect();
            let block = String::from_utf8_lossy(&block);
            let field =
                |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
            if let Some(name) = field("event: ") {
                return Some((name, field("data: ").unwrap_or_default()));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::event_stream;
    use bytes::Bytes;
    use std::future::{pending, ready};
    use std::io;

    /// What is told of these pieces, and whether a problem ends it.
    async fn told(pieces: Vec<io::Result<&'static str>>) -> (String, bool) {
        let pieces = pieces.into_iter().map(|piece| piece.map(|piece| Bytes::from_static(piece.as_bytes())));
        let told: Vec<_> = events(Body::from_stream(stream::iter(pieces))).collect().await;
        let ends_ill = told.last().is_some_and(Result::is_err);
        let sent = event_stream(stream::iter(told).filter_map(|one| ready(one.ok())), pending());
        let bytes = axum::body::to_bytes(sent.into_body(), 10_000).await.unwrap();
        let (_greeting, events) = std::str::from_utf8(&bytes).unwrap().split_once("\n\n").unwrap();
        (events.to_owned(), ends_ill)
    }

    #[tokio::test]
    async fn events_arrive_as_they_were_told_however_they_are_cut() {
        let whole = "event: session\ndata: {\"state\":\"open\"}\n\n";
        let cut = vec![
            Ok(": here\nretry: 2000\n"),
            Ok("\nevent: ses"),
            Ok("sion\ndata: {\"state\""),
            Ok(":\"open\"}\n"),
            Ok("\n: still here\n\n"),
        ];
        assert_eq!(told(cut).await, (whole.to_owned(), false));
        assert_eq!(told(vec![Ok("event: session\ndata: {\"st")]).await, (String::new(), false));
    }

    #[tokio::test]
    async fn a_node_that_breaks_or_stops_ends_in_a_problem() {
        let broken = vec![Ok("event: session\ndata: {}\n\n"), Err(io::Error::other("gone"))];
        assert_eq!(told(broken).await, ("event: session\ndata: {}\n\n".to_owned(), true));
        assert!(told(vec![Ok("event: stopping\ndata: {}\n\n")]).await.1);
    }
}
