//! Start and stop of the server.

use crate::app::listener::{self, Limits, Listening};
use crate::app::{App, metrics};
use crate::base::clock::Clock;
use crate::base::config::{SettingError, Settings};
use crate::base::keyring::KeyringError;
use crate::video::engine::EngineError;
use axum_server::tls_rustls::RustlsConfig;
use sea_orm::DbErr;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::TcpSocket;

/// Why the program did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Setting(#[from] SettingError),
    #[error("the data directory {0} cannot be made: {1}")]
    DataDir(PathBuf, std::io::Error),
    #[error("the data directory {0} is a file; give MIANQIA_DATA_DIR a directory")]
    NoDirectory(PathBuf),
    #[error(
        "{path} belongs to another user (number {owner}; mianqia runs as {we}). Give it to that user with chown, or \
         let MIANQIA_DATA_DIR name another directory"
    )]
    NotOurs { path: PathBuf, owner: u32, we: u32 },
    #[error(
        "{0} is there, but mianqia may not read and write it: {1}. Give it the rights (chmod u+rwx for a directory), \
         or let MIANQIA_DATA_DIR name another directory"
    )]
    NotUsable(PathBuf, std::io::Error),
    #[error(
        "the data directory {0} is one that everybody writes to; give MIANQIA_DATA_DIR a directory of its own"
    )]
    SharedDir(PathBuf),
    #[error("the keyring cannot be used: {0}")]
    Keyring(#[from] KeyringError),
    #[error(
        "the store holds an office, but its keyring {} is missing. Put it back from your backup. With --new \
         another one is made, and links to ratings that were sent until now do not work any more. For a further node \
         on the same database copy the keyring of the first one there", .0.display()
    )]
    KeyringMissing(PathBuf),
    #[error(
        "the keyring {} is not the one that this store was made with. Put the right one back, or let \
         MIANQIA_DATA_DIR and MIANQIA_DATABASE_URL name what belongs together. With --new this one is taken \
         from now on, and links to ratings that were sent until now do not work any more", .0.display()
    )]
    KeyringOther(PathBuf),
    #[error(
        "the keyring {} lacks keys under which health data of this store is encrypted: {keys}. Keys were rotated since \
         this copy was made; copy the keyring from the node where that was done, or from your backup. With --new the \
         program starts without them, and what is encrypted under them stays unreadable", .path.display()
    )]
    DataKeysMissing { path: PathBuf, keys: String },
    #[error(
        "the data directory {} is that of an office, but {store} is missing or empty. Put the store back from \
         your backup, or correct MIANQIA_DATABASE_URL. With --new a new, empty office is begun", .data_dir.display()
    )]
    StoreMissing { data_dir: PathBuf, store: String },
    #[error("there is no office in {0}: it is missing or empty")]
    NothingThere(String),
    #[error(
        "another process has this office open ({0}). Stop it first: two at a time would end each other's calls"
    )]
    InUse(String),
    #[error(
        "another process has this office open as the same node. Stop it first; or, if this data directory is a copy of \
         another one that is to be a node of its own, remove {} and the copied recordings", .0.display()
    )]
    NodeInUse(PathBuf),
    #[error("the store cannot be opened: {0}")]
    Store(#[from] DbErr),
    #[error("media cannot start (MIANQIA_MEDIA_PORT, MIANQIA_MEDIA_ADDRESSES): {0}")]
    Engine(EngineError),
    #[error("mail cannot start (MIANQIA_SMTP_URL): {0}")]
    Mail(crate::notify::MailSettingError),
    #[error("{0} cannot be listened on (MIANQIA_LISTEN): {1}")]
    Listen(SocketAddr, std::io::Error),
    #[error("{0} cannot be listened on (MIANQIA_METRICS_LISTEN): {1}")]
    ListenMetrics(SocketAddr, std::io::Error),
    #[error("the TLS files cannot be used (MIANQIA_TLS_CERT, MIANQIA_TLS_KEY): {0}")]
    Tls(std::io::Error),
    #[error("the server failed: {0}")]
    Serve(std::io::Error),
    #[error("the demo data cannot be written: {0}")]
    Demo(String),
    /// In the operator's words already.
    #[error("{0}")]
    Refused(String),
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
    let http = bind(listen).map_err(|error| StartError::Listen(listen, error))?;
    let tls = match tls {
        None => None,
        Some(files) => {
            // Only fails when a provider is installed already, which is just as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
            Some(RustlsConfig::from_pem_file(files.cert, files.key).await.map_err(StartError::Tls)?)
        }
    };
    let metrics = settings
        .metrics_listen
        .map(|listen| bind(listen).map_err(|error| StartError::ListenMetrics(listen, error)))
        .transpose()?;
    let limits = Limits::default().within(listener::raise_limit());
    let app = App::start(settings, clock).await?;
    let server = app.listen(http, tls, limits).map_err(StartError::Serve)?;
    let metrics = metrics.map(|metrics| app.listen_metrics(metrics, limits)).transpose();
    let metrics = metrics.map_err(StartError::Serve)?;
    tracing::info!(
        url = app.settings.public_url, %listen, media = %app.engine.media_addr(),
        connections = limits.in_all, "ready"
    );
    stop.await;
    tracing::info!("stopping");
    app.stop().await;
    if let Some(metrics) = metrics {
        metrics.stop(Duration::ZERO).await.map_err(StartError::Serve)?;
    }
    server.stop(LAST_REQUESTS).await.map_err(StartError::Serve)?;
    // The answers of the last requests are kept behind them.
    app.tasks.wait().await;
    tracing::info!("stopped");
    Ok(())
}

impl App {
    /// Serves pages and API on a socket.
    pub fn listen(
        &self,
        listener: TcpListener,
        tls: Option<RustlsConfig>,
        limits: Limits,
    ) -> std::io::Result<Listening> {
        let gate = listener::gate(limits, &self.settings.trusted_proxies);
        self.metrics.watch(gate.clone());
        Listening::start(listener, tls, self.router(), limits, gate)
    }

    /// Serves `/metrics` on a socket of its own.
    pub fn listen_metrics(&self, listener: TcpListener, limits: Limits) -> std::io::Result<Listening> {
        let limits = Limits { in_all: 32, ..limits };
        Listening::start(listener, None, metrics::router(self), limits, listener::gate(limits, &[]))
    }
}

/// Connections that may wait to be taken; beyond it the system drops them, and their callers wait in vain.
const WAITING: u32 = 4096;

fn bind(listen: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if listen.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A port whose old connections are not quite over can be used at once.
    socket.set_reuseaddr(true)?;
    socket.bind(listen)?;
    socket.listen(WAITING)?.into_std()
}
