//! Where media listens, and what is wrong with it in the words of the settings.
//!
//! Media has settings of its own, because it does not pass the proxy. Each address that browsers are told
//! is bound itself, so that what reaches it is answered from it; and one that is not of this machine stops
//! the start, because nobody would ever be seen there. Behind a router that forwards a public address
//! (1:1 NAT), `MEDIA_BIND` says what to bind instead.

use crate::app::StartError;
use crate::base::config::{SettingError, Settings};
use crate::video::engine::{EngineError, EngineSettings};
use std::io::ErrorKind;

pub(super) fn engine_settings(settings: &Settings) -> EngineSettings {
    let bind = if settings.media_bind.is_empty() { &settings.media_addresses } else { &settings.media_bind };
    if settings.media_addresses.iter().all(|address| address.is_loopback())
        && (!settings.listen.ip().is_loopback() || !settings.trusted_proxies.is_empty())
    {
        tracing::warn!(
            "browsers are told a loopback address for video and sound, which only works on this machine; \
             set MIANQIA_MEDIA_ADDRESSES"
        );
    }
    EngineSettings {
        media_port: settings.media_port,
        tcp_port: settings.media_tcp_port,
        bind: bind.clone(),
        addresses: settings.media_addresses.clone(),
    }
}

pub(super) fn start_error(settings: &Settings, error: EngineError) -> StartError {
    let setting = |name: &str, value: String, takes: &'static str| {
        StartError::Setting(SettingError { name: format!("MIANQIA_{name}"), value, takes: takes.into() })
    };
    match error {
        EngineError::Bind { address, error } if error.kind() == ErrorKind::AddrInUse => {
            setting("MEDIA_PORT", address.port().to_string(), "a UDP port that no other program uses")
        }
        EngineError::Listen { address, .. } => setting(
            "MEDIA_TCP_PORT",
            address.port().to_string(),
            "a TCP port that no other program uses and this one may have, or off",
        ),
        EngineError::Bind { address, .. } if settings.media_bind.is_empty() => setting(
            "MEDIA_ADDRESSES",
            address.ip().to_string(),
            "addresses of this machine; for one that a router forwards to it, set MIANQIA_MEDIA_BIND to \
             the address here that it is forwarded to",
        ),
        EngineError::Bind { address, .. } => {
            setting("MEDIA_BIND", address.ip().to_string(), "addresses of this machine, or 0.0.0.0 or ::")
        }
        EngineError::Unserved(address) => setting(
            "MEDIA_ADDRESSES",
            address.to_string(),
            "addresses of a family that MIANQIA_MEDIA_BIND binds as well",
        ),
        error => StartError::Engine(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::Clock;
    use crate::video::engine::Engine;
    use tokio::sync::mpsc::unbounded_channel;

    async fn start(settings: &[(&str, &str)]) -> Result<Engine, String> {
        let settings = settings.iter().map(|(name, value)| (format!("MIANQIA_{name}"), (*value).to_owned()));
        let settings =
            Settings::read("", settings.chain([("MIANQIA_MEDIA_PORT".into(), "0".into())])).unwrap();
        let (events, _) = unbounded_channel();
        Engine::start(engine_settings(&settings), Clock::system(), events)
            .await
            .map_err(|error| start_error(&settings, error).to_string())
    }

    async fn refused(settings: &[(&str, &str)]) -> String {
        start(settings).await.err().expect("the start is stopped")
    }

    #[tokio::test]
    async fn behind_a_proxy_media_is_bound_to_its_own_addresses() {
        // 127.0.0.2 stands for the address of a network card: it is not what HTTP listens on.
        let engine = start(&[("LISTEN", "127.0.0.1:8080"), ("MEDIA_ADDRESSES", "127.0.0.2")]).await.unwrap();
        assert_eq!(engine.media_addr().ip().to_string(), "127.0.0.2");
    }

    #[tokio::test]
    async fn a_forwarded_address_is_told_while_another_is_bound() {
        let nat = [("MEDIA_ADDRESSES", "192.0.2.10"), ("MEDIA_BIND", "0.0.0.0")];
        assert!(start(&nat).await.unwrap().media_addr().ip().is_unspecified());
    }

    #[tokio::test]
    async fn what_nobody_could_reach_stops_the_start_with_the_setting_and_the_address() {
        let foreign = refused(&[("MEDIA_ADDRESSES", "127.0.0.1,192.0.2.10")]).await;
        assert!(foreign.contains("MIANQIA_MEDIA_ADDRESSES is \"192.0.2.10\""), "{foreign}");
        assert!(foreign.contains("MIANQIA_MEDIA_BIND"), "{foreign}");
        let bind = refused(&[("MEDIA_BIND", "192.0.2.10")]).await;
        assert!(bind.contains("MIANQIA_MEDIA_BIND is \"192.0.2.10\""), "{bind}");
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port().to_string();
        let tcp = refused(&[("MEDIA_TCP_PORT", &port)]).await;
        assert!(tcp.contains(&format!("MIANQIA_MEDIA_TCP_PORT is \"{port}\"")), "{tcp}");
        let family = refused(&[("MEDIA_ADDRESSES", "2001:db8::1"), ("MEDIA_BIND", "127.0.0.1")]).await;
        assert!(family.contains("MIANQIA_MEDIA_ADDRESSES is \"2001:db8::1\""));
    }
}
