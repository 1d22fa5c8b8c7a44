//! The program on a real socket, over a store of its own, with a clock that stands still.

#[path = "refused.rs"]
pub mod refused;

use chrono::{DateTime, Utc};
use mianqia::app::{App, Limits, Listening};
use mianqia::base::clock::Clock;
use mianqia::base::config::Settings;
use mianqia::base::keyring::Keyring;
use mianqia::review::DataDir;
use migrations::{Migrator, MigratorTrait};
use reqwest::{Method, StatusCode, header};
use sea_orm::{ConnectionTrait, Database};
use serde_json::Value;
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

/// The password of every demo account.
pub const PASSWORD: &str = "mianqia-demo";

/// Where rows are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    Sqlite,
    Postgres,
}

/// A running program with the demo data in it.
pub struct TestApp {
    pub app: App,
    pub clock: Clock,
    pub base: String,
    pub metrics_base: String,
    pub data_dir: PathBuf,
    server: Listening,
    metrics: Listening,
    /// Dropped with it.
    _database: Option<OwnDatabase>,
}

/// A PostgreSQL database of one's own, dropped with this, also when a test fails.
pub struct OwnDatabase {
    name: String,
    pub url: String,
}

impl OwnDatabase {
    /// One with nothing in it.
    pub async fn create() -> Self {
        Self::copy_of("template1").await
    }

    /// One in which the tables of today stand: a copy, which takes less time than to make them.
    pub async fn migrated() -> Self {
        Self::copy_of(&template().await).await
    }

    async fn copy_of(template: &str) -> Self {
        let name = format!("mianqia_it_{}", unique());
        let url = beside(&admin(), &name);
        by_admin(&[format!("create database {name} template {template}")]).await;
        Self { name, url }
    }

    /// The same with nothing in it.
    pub async fn empty(&self) {
        let name = &self.name;
        by_admin(&[format!("drop database {name} with (force)"), format!("create database {name}")]).await;
    }
}

fn admin() -> String {
    std::env::var("MIANQIA_TEST_POSTGRES").expect(
        "MIANQIA_TEST_POSTGRES names a PostgreSQL where databases may be created; `make test` starts one",
    )
}

/// Another database of the same server.
fn beside(admin: &str, name: &str) -> String {
    format!("{}/{name}", admin.rsplit_once('/').unwrap().0)
}

async fn by_admin(statements: &[String]) {
    let connection = Database::connect(admin()).await.unwrap();
    for statement in statements {
        connection.execute_unprepared(statement).await.unwrap();
    }
    connection.close().await.unwrap();
}

/// The database with the tables of today, of this very build: whichever test comes first makes it.
async fn template() -> String {
    let built = std::env::current_exe().and_then(std::fs::metadata).and_then(|file| file.modified()).unwrap();
    let built = built.duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    let (name, url) = (format!("mianqia_template_{built}"), beside(&admin(), "mianqia_template_new"));
    // A lock is held by one session: no pool.
    let options = sea_orm::ConnectOptions::new(admin()).max_connections(1).to_owned();
    let connection = Database::connect(options).await.unwrap();
    let run = async |statement: &str| connection.execute_unprepared(statement).await.unwrap();
    run("select pg_advisory_lock(20261126)").await;
    let known = format!("select 1 from pg_database where datname = '{name}'");
    let known = sea_orm::Statement::from_string(connection.get_database_backend(), known);
    if connection.query_one_raw(known).await.unwrap().is_none() {
        run("drop database if exists mianqia_template_new with (force)").await;
        run("create database mianqia_template_new").await;
        let made = Database::connect(&url).await.unwrap();
        Migrator::up(&made, None).await.unwrap();
        made.close().await.unwrap();
        run(&format!("alter database mianqia_template_new rename to {name}")).await;
    }
    connection.close().await.unwrap();
    name
}

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        // A server that is thrown away as a whole (`scripts/postgres.sh with`) need not take each database away: every
        // time it would bring all of its memory to the disk.
        if std::env::var_os("MIANQIA_TEST_POSTGRES_IS_THROWN_AWAY").is_some() {
            return;
        }
        // On a thread with a runtime of its own: the test's may be on its way out.
        std::thread::scope(|scope| {
            let dropping = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(by_admin(&[format!("drop database {} with (force)", self.name)]));
            });
            if dropping.join().is_err() {
                eprintln!("the database {} is left behind", self.name);
            }
        });
    }
}

/// A name for a directory and a database. Process numbers come again, and a test that was killed leaves its own
/// behind.
pub fn unique() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}

impl TestApp {
    /// Starts at `at` (RFC 3339), with mail going nowhere.
    pub async fn start(store: Store, at: &str) -> Self {
        Self::start_with(store, at, &[]).await
    }

    /// Starts with settings of one's own, given as `MIANQIA_*` pairs.
    pub async fn start_with(store: Store, at: &str, settings: &[(&str, &str)]) -> Self {
        Self::start_within(store, at, settings, Limits::default()).await
    }

    /// Starts with limits of one's own for connections.
    pub async fn start_within(store: Store, at: &str, settings: &[(&str, &str)], limits: Limits) -> Self {
        refused::watch();
        let data_dir = std::env::temp_dir().join(format!("mianqia_it_{}", unique()));
        std::fs::create_dir_all(&data_dir).unwrap();
        let (database_url, database) = match store {
            Store::Sqlite => (format!("sqlite://{}", data_dir.join("test.sqlite").display()), None),
            Store::Postgres => {
                let own = OwnDatabase::migrated().await;
                (own.url.clone(), Some(own))
            }
        };
        let clock = Clock::fixed(at.parse().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut environment = vec![
            ("MIANQIA_LISTEN".to_owned(), address.to_string()),
            ("MIANQIA_DATABASE_URL".to_owned(), database_url),
            ("MIANQIA_DATA_DIR".to_owned(), data_dir.display().to_string()),
            ("MIANQIA_MEDIA_PORT".to_owned(), "0".to_owned()),
            ("MIANQIA_SMTP_URL".to_owned(), "smtp://127.0.0.1:9".to_owned()),
            // What a test books is not recorded, however much there is.
            ("MIANQIA_RECORDING_RESERVE".to_owned(), "0".to_owned()),
            ("MIANQIA_NODE_ADDRESS".to_owned(), format!("http://{address}")),
        ];
        environment.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let settings = Settings::read("", environment).unwrap();
        let app = App::start(settings, clock.clone()).await.unwrap();
        mianqia::auth::demo::seed(&app.db, &clock).await.unwrap();
        app.directory.forget();
        app.places.load().await.unwrap();
        let server = app.listen(listener, None, limits).unwrap();
        let metrics = TcpListener::bind("127.0.0.1:0").unwrap();
        let metrics_base = format!("http://{}", metrics.local_addr().unwrap());
        let metrics = app.listen_metrics(metrics, Limits::default()).unwrap();
        let base = format!("http://{address}");
        Self { app, clock, base, metrics_base, data_dir, server, metrics, _database: database }
    }

    /// Opens the same office again, on another port, after the first has stopped ([`App::stop`]).
    pub async fn reopen(&self) -> Self {
        let app = App::start(self.app.settings.clone(), self.clock.clone()).await.unwrap();
        let [http, metrics] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [base, metrics_base] =
            [&http, &metrics].map(|listener| format!("http://{}", listener.local_addr().unwrap()));
        let server = app.listen(http, None, Limits::default()).unwrap();
        let metrics = app.listen_metrics(metrics, Limits::default()).unwrap();
        let (clock, data_dir) = (self.clock.clone(), self.data_dir.join("of-another"));
        Self { app, clock, base, metrics_base, data_dir, server, metrics, _database: None }
    }

    /// Another node on the same PostgreSQL: a data directory of its own, with the keyring of the office.
    pub async fn another_node(&self) -> Self {
        let data_dir = std::env::temp_dir().join(format!("mianqia_it_{}", unique()));
        std::fs::create_dir_all(&data_dir).unwrap();
        std::fs::copy(self.data_dir.join("keyring"), data_dir.join("keyring")).unwrap();
        let [http, metrics] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [base, metrics_base] =
            [&http, &metrics].map(|listener| format!("http://{}", listener.local_addr().unwrap()));
        let settings = Settings {
            data_dir: data_dir.clone(),
            listen: http.local_addr().unwrap(),
            node_address: Some(base.clone()),
            ..self.app.settings.clone()
        };
        let app = App::start(settings, self.clock.clone()).await.unwrap();
        let server = app.listen(http, None, Limits::default()).unwrap();
        let metrics = app.listen_metrics(metrics, Limits::default()).unwrap();
        Self {
            app,
            clock: self.clock.clone(),
            base,
            metrics_base,
            data_dir,
            server,
            metrics,
            _database: None,
        }
    }

    /// What is checked beside the store.
    pub fn data(&self) -> DataDir {
        DataDir {
            recordings: self.data_dir.join("recordings"),
            keyring: Keyring::read(&self.data_dir).unwrap(),
        }
    }

    /// A browser that nobody has signed in with.
    pub fn browser(&self) -> Browser {
        let client =
            reqwest::Client::builder().cookie_store(true).timeout(Duration::from_secs(30)).build().unwrap();
        Browser { client, base: self.base.clone() }
    }

    /// A browser in which a demo account is signed in.
    pub async fn signed_in(&self, login: &str) -> Browser {
        let browser = self.browser();
        let answer =
            browser.post("/api/v1/sign-in", serde_json::json!({"login": login, "password": PASSWORD})).await;
        assert_eq!(answer.status, StatusCode::OK, "{login}: {}", answer.text);
        browser
    }

    /// The id of a demo service by its code.
    pub async fn service(&self, code: &str) -> String {
        let services = self.browser().get("/api/v1/services").await.json();
        let service = services["items"].as_array().unwrap().iter().find(|service| service["code"] == code);
        service.unwrap_or_else(|| panic!("no service {code} in {services}"))["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// What the listener for metrics says.
    pub async fn metrics(&self) -> String {
        let answer = reqwest::get(format!("{}/metrics", self.metrics_base)).await.unwrap();
        answer.text().await.unwrap()
    }

    pub fn set_time(&self, at: &str) {
        self.clock.set(at.parse::<DateTime<Utc>>().unwrap());
    }

    /// Stops the program and takes its store away.
    pub async fn stop(self) {
        self.app.stop().await;
        self.metrics.stop(Duration::ZERO).await.unwrap();
        self.server.stop(Duration::ZERO).await.unwrap();
        let _ = std::fs::remove_dir_all(&self.data_dir);
        refused::all_were_listed();
    }
}

/// Somebody's browser: keeps cookies.
#[derive(Clone)]
pub struct Browser {
    pub client: reqwest::Client,
    pub base: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|_| panic!("{}: not JSON: {}", self.status, self.text))
    }

    /// The value after asserting a success.
    pub fn ok(&self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// Asserts a refusal by status and code.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.json()["code"], code, "{}", self.text);
    }
}

impl Browser {
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.client.get(format!("{}{path}", self.base))).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.client.post(format!("{}{path}", self.base)).json(&body)).await
    }

    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self.client.request(method, format!("{}{path}", self.base));
        self.send(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, text: response.text().await.unwrap() }
    }
}

/// An id that nothing has.
pub const NOBODY: &str = "018f0000-0000-7000-8000-000000000000";
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// An operation of the OpenAPI document.
pub struct Operation<'a> {
    pub method: Method,
    pub path: &'a str,
    pub spec: &'a Value,
}

impl Operation<'_> {
    /// The names of its parameters in `path`, `query` or `header`.
    pub fn parameters(&self, place: &str) -> Vec<&str> {
        let all = self.spec["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(|one| one["in"] == place).filter_map(|one| one["name"].as_str()).collect()
    }

    /// The path with something in each place; `instead` in the place of one.
    pub fn filled(&self, instead: Option<(&str, &str)>) -> String {
        let mut path = self.path.to_owned();
        for name in self.parameters("path") {
            let usual = match name {
                "source" => "camera",
                "stage" => "release",
                _ => NOBODY,
            };
            let value = instead.filter(|(which, _)| *which == name).map_or(usual, |(_, value)| value);
            path = path.replace(&format!("{{{name}}}"), value);
        }
        path
    }

    pub async fn send(&self, browser: &Browser, path: &str, body: Option<String>) -> Answer {
        let mut request = browser.client.request(self.method.clone(), format!("{}{path}", browser.base));
        if let Some(body) = body {
            request = request.header(header::CONTENT_TYPE, "application/json").body(body);
        }
        browser.send(request).await
    }
}

/// Every operation of the document.
pub fn operations(document: &Value) -> Vec<Operation<'_>> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in METHODS {
            if let Some(spec) = item.get(method) {
                found.push(Operation { method: method.to_uppercase().parse().unwrap(), path, spec });
            }
        }
    }
    assert!(found.len() > 40);
    found
}

/// Sends these bytes as they are and reads until the program closes.
pub async fn talk(app: &TestApp, bytes: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(app.base.trim_start_matches("http://")).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut answer));
    read.await.expect("the connection was not closed").unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// Waits until `ask` gives something; fails after ten seconds.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    for _ in 0..200 {
        if let Some(found) = ask().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it did not happen: {what}");
}

/// Keeps what the program does again and again from being done any more, by its kind.
pub async fn hold_back(app: &TestApp, kind: &str) {
    use mianqia::db::entities::job::{Column, Entity};
    use mianqia::db::jobs::JobState;
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
    // Not while somebody is at it.
    let hold = || async {
        let held = Entity::update_many()
            .col_expr(Column::State, Expr::value(JobState::Failed))
            .filter(Column::Kind.eq(kind))
            .filter(Column::ClaimedBy.is_null())
            .exec(app.app.db.reader());
        (held.await.unwrap().rows_affected == 1).then_some(())
    };
    eventually("it is held back", hold).await;
}

/// A mail server beside the program.
pub trait MailServer: Sized {
    /// Starts it, taking everything.
    fn begin() -> impl Future<Output = Self> + Send;
    fn url(&self) -> String;
}

/// Runs each `async fn name(app: &TestApp)` once on SQLite and once on PostgreSQL, starting at `at`; with
/// `beside Server` each `async fn name(app: &TestApp, server: &Server)` has a mail server of its own.
#[macro_export]
macro_rules! both_stores {
    (at $at:expr; $( $(#[$meta:meta])* async fn $name:ident($app:ident: &TestApp) $body:block )*) => { $(
        $crate::both_stores! { @one $name;
            async fn behaviour($app: &TestApp) $body

            async fn run(store: Store) {
                let app = TestApp::start(store, $at).await;
                behaviour(&app).await;
                app.stop().await;
            }
        }
    )* };
    (at $at:expr, beside $kind:ident; $( async fn $name:ident($app:ident: &TestApp, $server:ident: &$same:ident) $body:block )*) => { $(
        $crate::both_stores! { @one $name;
            async fn behaviour($app: &TestApp, $server: &$same) $body

            async fn run(store: Store) {
                let server = <$kind as $crate::support::MailServer>::begin().await;
                let url = $crate::support::MailServer::url(&server);
                let app = TestApp::start_with(store, $at, &[("MIANQIA_SMTP_URL", &url)]).await;
                behaviour(&app, &server).await;
                app.stop().await;
            }
        }
    )* };
    (@one $name:ident; $($run:item)*) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            #[allow(unused_imports)]
            use $crate::support::{Store, TestApp};

            $($run)*

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                run(Store::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                run(Store::Postgres).await;
            }
        }
    };
}
