//! Signalling of Janus' video rooms over HTTP: a publisher's connection each, and one for each receiver with all others.

use crate::peer::Peer;
use serde_json::{Value, json};
use std::error::Error;
use std::time::Duration;

/// Janus drops a session from which nothing was asked for a minute.
const ALIVE_EVERY: Duration = Duration::from_secs(20);

pub struct Janus {
    agent: ureq::Agent,
    /// Of the session.
    url: String,
    transactions: u64,
}

impl Janus {
    pub fn new(base: &str) -> Result<Self, Box<dyn Error>> {
        let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(40)));
        let agent = ureq::Agent::from(config.build());
        let mut this = Self { agent, url: base.to_owned(), transactions: 0 };
        let id = this.ask(base, json!({"janus": "create"}))?["data"]["id"].clone();
        this.url = format!("{base}/{id}");
        Ok(this)
    }

    fn ask(&mut self, url: &str, mut message: Value) -> Result<Value, Box<dyn Error>> {
        self.transactions += 1;
        message["transaction"] = json!(self.transactions.to_string());
        let answer: Value = self.agent.post(url).send_json(&message)?.body_mut().read_json()?;
        if answer["janus"] == "error" {
            return Err(answer.to_string().into());
        }
        Ok(answer)
    }

    /// A handle of the plug-in.
    fn attach(&mut self) -> Result<String, Box<dyn Error>> {
        let url = self.url.clone();
        let attached = self.ask(&url, json!({"janus": "attach", "plugin": "janus.plugin.videoroom"}))?;
        Ok(format!("{url}/{}", attached["data"]["id"]))
    }

    /// Asks the plug-in and waits for what it tells afterwards.
    fn told(&mut self, handle: &str, body: Value, jsep: Option<(&str, &str)>) -> Result<Value, Box<dyn Error>> {
        let mut message = json!({"janus": "message", "body": body});
        if let Some((kind, sdp)) = jsep {
            message["jsep"] = json!({"type": kind, "sdp": sdp});
        }
        self.ask(handle, message)?;
        let transaction = self.transactions.to_string();
        loop {
            let url = format!("{}?maxev=1", self.url);
            let event: Value = self.agent.get(&url).call()?.body_mut().read_json()?;
            if event["transaction"] == transaction.as_str() {
                let refused = event["plugindata"]["data"]["error"].is_string();
                return if refused { Err(event.to_string().into()) } else { Ok(event) };
            }
        }
    }

    pub fn create(&mut self, room: usize) -> Result<(), Box<dyn Error>> {
        let handle = self.attach()?;
        let room = json!({
            "request": "create", "room": room, "publishers": 100, "bitrate": 0, "audiocodec": "opus", "videocodec": "vp8",
            "permanent": false,
        });
        let created = self.ask(&handle, json!({"janus": "message", "body": room}))?;
        let is_made = created["plugindata"]["data"]["videoroom"] == "created";
        if is_made { Ok(()) } else { Err(created.to_string().into()) }
    }

    /// Gives the number of the publication.
    pub fn publish(&mut self, peer: &mut Peer, room: usize) -> Result<u64, Box<dyn Error>> {
        let handle = self.attach()?;
        let (offer, pending) = peer.offer_own();
        let join = json!({"request": "joinandconfigure", "ptype": "publisher", "room": room, "bitrate": 0});
        let joined = self.told(&handle, join, Some(("offer", &offer)))?;
        peer.accept(pending, joined["jsep"]["sdp"].as_str().ok_or("no answer")?)?;
        joined["plugindata"]["data"]["id"].as_u64().ok_or_else(|| "no publication".into())
    }

    pub fn play(&mut self, peer: &mut Peer, room: usize, publications: &[u64]) -> Result<(), Box<dyn Error>> {
        let handle = self.attach()?;
        let streams: Vec<Value> = publications.iter().map(|feed| json!({"feed": feed})).collect();
        let join = json!({"request": "join", "ptype": "subscriber", "room": room, "streams": streams});
        let offered = self.told(&handle, join, None)?;
        let answer = peer.answer(offered["jsep"]["sdp"].as_str().ok_or("no offer")?)?;
        self.told(&handle, json!({"request": "start", "room": room}), Some(("answer", &answer)))?;
        Ok(())
    }

    /// Keeps the session for as long as this process is there.
    pub fn keep(self) {
        std::thread::spawn(move || {
            loop {
                // What fails is seen by the media that does not come.
                let _ = self.agent.get(format!("{}?maxev=10", self.url)).call();
                std::thread::sleep(ALIVE_EVERY / 20);
            }
        });
    }
}
