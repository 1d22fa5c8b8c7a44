//! What stands before PostgreSQL in a test: it can go away, and its lines can fall silent.

use crate::support::{OwnDatabase, eventually};
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// A way to a server that can be shut.
pub struct Gate {
    address: SocketAddr,
    server: String,
    /// The database by way of this gate.
    pub url: String,
    /// Rung when the lines that there are fall silent.
    hush: watch::Sender<()>,
    open: Option<JoinHandle<()>>,
}

impl Gate {
    pub async fn before(database: &OwnDatabase) -> Self {
        let (start, server) = database.url.split_once('@').unwrap();
        let (server, name) = server.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let url = format!("{start}@{address}/{name}");
        let mut gate =
            Self { address, server: server.to_owned(), url, hush: watch::Sender::default(), open: None };
        gate.let_through(listener);
        gate
    }

    fn let_through(&mut self, listener: TcpListener) {
        let (server, hush) = (self.server.clone(), self.hush.clone());
        self.open = Some(tokio::spawn(async move {
            let mut through = JoinSet::new();
            loop {
                let (mut near, _) = listener.accept().await.unwrap();
                let mut far = TcpStream::connect(&server).await.unwrap();
                let mut hushed = hush.subscribe();
                through.spawn(async move {
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => return,
                        _ = hushed.changed() => {}
                    }
                    // Both ends are held, and neither learns anything of the other.
                    std::future::pending::<()>().await;
                });
            }
        }));
    }

    /// From now on nothing comes through the lines that there are; new ones are as good as ever.
    pub fn hush(&self) {
        self.hush.send_replace(());
    }

    pub async fn shut(&mut self) {
        let open = self.open.take().unwrap();
        open.abort();
        let _ = open.await;
    }

    pub async fn reopen(&mut self) {
        let listener =
            eventually("the port is free", || async { TcpListener::bind(self.address).await.ok() }).await;
        self.let_through(listener);
    }
}
