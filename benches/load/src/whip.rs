//! Signalling of the engine by itself (`benches/media.rs`): WHIP for each publication, WHEP for each that is played.

use crate::peer::Peer;
use std::error::Error;

pub struct Whip {
    /// `http://HOST:PORT`.
    base: String,
}

impl Whip {
    pub fn new(base: &str) -> Self {
        Self { base: base.to_owned() }
    }

    fn post(&self, path: &str, offer: &str) -> Result<String, Box<dyn Error>> {
        let request = ureq::post(format!("{}{path}", self.base)).header("content-type", "application/sdp");
        Ok(request.send(offer)?.body_mut().read_to_string()?)
    }

    pub fn publish(&self, peer: &mut Peer, room: usize, person: usize) -> Result<(), Box<dyn Error>> {
        let (offer, pending) = peer.offer_own();
        let answer = self.post(&format!("/whip/{room}/{person}"), &offer)?;
        Ok(peer.accept(pending, &answer)?)
    }

    pub fn play(&self, peer: &mut Peer, room: usize, (by, of): (usize, usize)) -> Result<(), Box<dyn Error>> {
        let (offer, pending) = peer.offer_to_play(1);
        let answer = self.post(&format!("/whep/{room}/{by}?from={of}"), &offer)?;
        Ok(peer.accept(pending, &answer)?)
    }
}
