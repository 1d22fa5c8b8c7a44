//! Start and stop of the server.

use super::App;
use crate::clock::Clock;
use crate::config::{SettingError, Settings};
use crate::video::engine::EngineError;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use sea_orm::DbErr;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;

/// Why the program did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Setting(#[from] SettingError),
    #[error("the data directory {0} cannot be made: {1}")]
    DataDir(PathBuf, std::io::Error),
    #[error("the keyring cannot be opened: {0}")]
    Keyring(std::io::Error),
    #[error("the store cannot be opened: {0}")]
    Store(#[from] DbErr),
    #[error("media cannot start (MIANQIA_MEDIA_PORT, MIANQIA_MEDIA_ADDRESSES): {0}")]
    Engine(EngineError),
    #[error("mail cannot start (MIANQIA_SMTP_URL): {0}")]
    Mail(crate::notify::MailSettingError),
    #[error("{0} cannot be listened on (MIANQIA_LISTEN): {1}")]
    Listen(SocketAddr, std::io::Error),
    #[error("the TLS files cannot be used (MIANQIA_TLS_CERT, MIANQIA_TLS_KEY): {0}")]
    Tls(std::io::Error),
    #[error("the server failed: {0}")]
    Serve(std::io::Error),
    #[error("the demo data cannot be written: {0}")]
    Demo(String),
    #[error("the calendar cannot be imported: {0}")]
    Calendar(String),
}

/// How long open requests may take to end once recordings are finalised.
const LAST_REQUESTS: Duration = Duration::from_millis(800);

/// Serves until `stop` resolves, then leaves in order within 10 s.
pub async fn serve(
    settings: Settings,
    clock: Clock,
    stop: impl Future<Output = ()>,
) -> Result<(), StartError> {
    let listen = settings.listen;
    let tls = settings.tls.clone();
    // Bound first: a taken port is told before anything is touched.
    let listener = bind(listen).map_err(|error| StartError::Listen(listen, error))?;
    let tls = match tls {
        None => None,
        Some(files) => {
            // Only fails when a provider is installed already, which is just as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
            Some(RustlsConfig::from_pem_file(files.cert, files.key).await.map_err(StartError::Tls)?)
        }
    };
    let app = App::start(settings, clock).await?;
    let service = app.router().into_make_service_with_connect_info::<SocketAddr>();
    let handle = Handle::new();
    let serving = handle.clone();
    let server = tokio::spawn(async move {
        match tls {
            Some(tls) => axum_server::from_tcp_rustls(listener, tls)?.handle(serving).serve(service).await,
            None => axum_server::from_tcp(listener)?.handle(serving).serve(service).await,
        }
    });
    tracing::info!(url = app.settings.public_url, %listen, media = %app.engine.media_addr(), "ready");
    stop.await;
    tracing::info!("stopping");
    app.stop().await;
    handle.graceful_shutdown(Some(LAST_REQUESTS));
    match server.await {
        Ok(result) => result.map_err(StartError::Serve)?,
        Err(error) => tracing::error!(%error, "the server task broke"),
    }
    tracing::info!("stopped");
    Ok(())
}

fn bind(listen: SocketAddr) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(listen)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
