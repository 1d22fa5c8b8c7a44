//! Settings: defaults < a TOML file < `MIANQIA_*` in the environment. Flat on purpose.

mod media;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

/// Everything that an operator can set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address and port of HTTP(S).
    pub listen: SocketAddr,
    /// How people reach the service; links in mails begin with it. No slash at the end.
    pub public_url: String,
    /// `sqlite://FILE` or `postgres://…`.
    pub database_url: String,
    /// Recordings, the keyring and, by default, the SQLite file.
    pub data_dir: PathBuf,
    /// The one UDP port of all media; 0 picks a free one.
    pub media_port: u16,
    /// The one TCP port of media, for who gets no UDP through; 0: the number of `media_port`; none: there is none.
    pub media_tcp_port: Option<u16>,
    /// Addresses that browsers are told to send media to.
    pub media_addresses: Vec<IpAddr>,
    /// Addresses of this machine that media is bound to; empty: those that browsers are told.
    pub media_bind: Vec<IpAddr>,
    /// A TURN server for who reaches media in no other way; none: there is none.
    pub turn: Option<Turn>,
    /// Megabytes (10⁶ bytes) of disk kept for each booked minute of a session that will be recorded; 0: none are kept.
    pub recording_reserve: u32,
    /// `smtp://host:port` or `smtps://user:password@host`.
    pub smtp_url: String,
    /// PEM files; both or none.
    pub tls: Option<TlsFiles>,
    /// Proxies that speak for others: when set, nobody else may connect (loopback excepted).
    pub trusted_proxies: Vec<Network>,
    /// Where `/metrics` is given, and nowhere else; none: nowhere.
    pub metrics_listen: Option<SocketAddr>,
    /// Where other nodes on the same database reach this one's HTTP: `http://HOST:PORT`.
    pub node_address: Option<String>,
    /// A font with Chinese characters for films of recordings; none: one of a package, where that is installed.
    pub font: Option<PathBuf>,
    /// A filter such as `info` or `mianqia=debug`.
    pub log: String,
    /// `--new`: begin an office although something of an old one is left. No setting, a wish of one start.
    pub new_office: bool,
}

/// Certificate chain and key, PEM.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    pub cert: PathBuf,
    pub key: PathBuf,
}

/// A TURN server, which takes time-limited credentials made with a secret that it shares with us.
#[derive(Clone)]
pub struct Turn {
    /// `turn:` or `turns:`, as `RTCPeerConnection` takes them.
    pub urls: Vec<String>,
    pub secret: String,
}

impl std::fmt::Debug for Turn {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Turn").field("urls", &self.urls).finish_non_exhaustive()
    }
}

/// A setting that cannot be used: which, and what it takes.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} is {value:?}; it takes {takes}")]
pub struct SettingError {
    pub name: String,
    pub value: String,
    pub takes: Cow<'static, str>,
}

/// Two people's camera and microphone as the pages send them (2 × 1.26 Mbit/s), and a screen or papers half of the time.
const RECORDING_RESERVE: u32 = 27;

const NAMES: [&str; 19] = [
    "listen",
    "public_url",
    "database_url",
    "data_dir",
    "media_port",
    "media_tcp_port",
    "media_addresses",
    "media_bind",
    "turn_urls",
    "turn_secret",
    "recording_reserve",
    "smtp_url",
    "tls_cert",
    "tls_key",
    "trusted_proxies",
    "metrics_listen",
    "node_address",
    "font",
    "log",
];

/// Variables that begin like ours and are no settings: of scripts and tests, and what Kubernetes gives every program
/// that stands beside a service called `mianqia`.
const NO_SETTINGS: [&str; 8] = ["test_", "soak_", "fuzz_", "binary", "api", "chromium", "service_", "port_"];

impl Settings {
    /// Settings from a TOML text (may be empty) and environment variables.
    pub fn read(
        toml: &str,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingError> {
        let mut values = from_toml(toml)?;
        for (name, value) in environment {
            let Some(name) = name.strip_prefix("MIANQIA_").map(str::to_ascii_lowercase) else { continue };
            if NAMES.contains(&name.as_str()) {
                values.insert(name, value);
            } else if !is_no_setting(&name, &value) {
                return Err(unknown(&name));
            }
        }
        Self::from_values(&values)
    }

    fn from_values(values: &BTreeMap<String, String>) -> Result<Self, SettingError> {
        let get = |name: &str| values.get(name).map(String::as_str).filter(|value| !value.is_empty());
        let listen: SocketAddr = parse(values, "listen", "an address and port such as 127.0.0.1:8080")?
            .unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)));
        let data_dir = PathBuf::from(get("data_dir").unwrap_or("data"));
        let tls = match (get("tls_cert"), get("tls_key")) {
            (Some(cert), Some(key)) => Some(TlsFiles { cert: cert.into(), key: key.into() }),
            (None, None) => None,
            (Some(_), None) => return Err(bad("tls_key", "", "a PEM file, because tls_cert is set")),
            (None, Some(_)) => return Err(bad("tls_cert", "", "a PEM file, because tls_key is set")),
        };
        let scheme = if tls.is_some() { "https" } else { "http" };
        let public_url = get("public_url")
            .map_or_else(|| format!("{scheme}://{listen}"), |url| url.trim_end_matches('/').into());
        if !is_origin(&public_url) {
            return Err(bad(
                "public_url",
                &public_url,
                "http:// or https:// with a host and, if need be, a port, and nothing behind it",
            ));
        }
        let default_database = || format!("sqlite://{}", data_dir.join("mianqia.sqlite").display());
        let database_url = get("database_url").map_or_else(default_database, str::to_owned);
        if !database_url.starts_with("sqlite:") && !database_url.starts_with("postgres") {
            return Err(bad(
                "database_url",
                "(hidden)",
                "sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME",
            ));
        }
        let smtp_url = get("smtp_url").unwrap_or("smtp://127.0.0.1:1025").to_owned();
        if !smtp_url.starts_with("smtp://") && !smtp_url.starts_with("smtps://") {
            return Err(bad("smtp_url", "(hidden)", "smtp://HOST:PORT or smtps://USER:PASSWORD@HOST"));
        }
        let media_addresses: Vec<IpAddr> =
            list(values, "media_addresses", "IP addresses separated by commas")?;
        if let Some(address) = media_addresses.iter().find(|address| address.is_unspecified()) {
            let takes = "addresses that browsers can send to; media_bind takes 0.0.0.0 and ::";
            return Err(bad("media_addresses", &address.to_string(), takes));
        }
        let log = get("log").unwrap_or("info").to_owned();
        if !is_log_filter(&log) {
            let takes = "a level (error, warn, info, debug, trace, off) or targets with levels such as mianqia=debug, \
                         separated by commas";
            return Err(bad("log", &log, takes));
        }
        let media_port = parse(values, "media_port", "a UDP port, 0 to 65535")?.unwrap_or(8081);
        let tells_none = media_addresses.is_empty() && listen.ip().is_unspecified();
        let settings = Self {
            media_port,
            media_tcp_port: media::tcp_port(values, media_port == listen.port() && media_port != 0)?,
            media_addresses: if media_addresses.is_empty() { vec![listen.ip()] } else { media_addresses },
            media_bind: list(values, "media_bind", "IP addresses of this machine separated by commas")?,
            turn: media::turn(values)?,
            recording_reserve: parse(values, "recording_reserve", "megabytes a minute, 0 for none")?
                .unwrap_or(RECORDING_RESERVE),
            trusted_proxies: list(
                values,
                "trusted_proxies",
                "IP addresses or networks such as 10.0.0.0/8, separated by commas",
            )?,
            metrics_listen: parse(values, "metrics_listen", "an address and port such as 127.0.0.1:9090")?,
            node_address: node_address(get("node_address"))?,
            font: get("font").map(PathBuf::from),
            log,
            listen,
            public_url,
            database_url,
            data_dir,
            smtp_url,
            tls,
            new_office: false,
        };
        settings.check_cameras()?;
        settings.check_cookies()?;
        if tells_none {
            let takes = "the addresses at which browsers reach this machine, because listen names none";
            return Err(bad("media_addresses", "", takes));
        }
        Ok(settings)
    }

    /// A cookie that travels over TLS must say so, or a page that is not ours could make browsers send it in plain.
    fn check_cookies(&self) -> Result<(), SettingError> {
        if self.is_secure() || (self.tls.is_none() && self.trusted_proxies.is_empty()) {
            return Ok(());
        }
        let takes = "an address that begins with https://, because tls_cert or trusted_proxies is set";
        Err(bad("public_url", &self.public_url, takes))
    }

    /// Browsers give a page the camera only over TLS or on loopback.
    fn check_cameras(&self) -> Result<(), SettingError> {
        if self.listen.ip().is_loopback() || self.tls.is_some() || !self.trusted_proxies.is_empty() {
            return Ok(());
        }
        Err(bad(
            "listen",
            &self.listen.to_string(),
            "a loopback address, unless tls_cert and tls_key or trusted_proxies are set: browsers give cameras only to secure pages",
        ))
    }

    /// Whether pages are reached over TLS, so that cookies can demand it.
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// The sender of mails: `mianqia@` the public host where that is a name.
    pub fn mail_from(&self) -> String {
        let host = self.public_url.split("://").nth(1).unwrap_or_default();
        let host = host.split(['/', ':']).next().unwrap_or_default();
        let is_name = host.contains('.') && host.parse::<IpAddr>().is_err();
        format!("mianqia@{}", if is_name { host } else { "mianqia.invalid" })
    }
}

/// An address or network in CIDR notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.address, ip.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(ip)) => {
                same_prefix(u32::from(net).into(), u32::from(ip).into(), self.bits, 32)
            }
            (IpAddr::V6(net), IpAddr::V6(ip)) => same_prefix(net.into(), ip.into(), self.bits, 128),
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, bits) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(drop)?;
        let widest = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(widest), |bits| bits.parse().map_err(drop))?;
        if bits > widest { Err(()) } else { Ok(Self { address, bits }) }
    }
}

fn same_prefix(a: u128, b: u128, bits: u8, width: u32) -> bool {
    let rest = width - u32::from(bits);
    (a ^ b).checked_shr(rest).unwrap_or(0) == 0
}

fn node_address(url: Option<&str>) -> Result<Option<String>, SettingError> {
    let Some(url) = url.map(|url| url.trim_end_matches('/')) else { return Ok(None) };
    if url.starts_with("http://") && is_origin(url) {
        return Ok(Some(url.to_owned()));
    }
    let takes = "http:// with a host and a port at which other nodes reach this one, and nothing behind it";
    Err(bad("node_address", url, takes))
}

/// Scheme, host and port: links are made by putting a path behind it, and browsers compare it with `Origin`.
fn is_origin(url: &str) -> bool {
    let Some(host) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else {
        return false;
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    let is_name = match name.strip_prefix('[') {
        Some(address) => address.strip_suffix(']').is_some_and(|ip| ip.parse::<std::net::Ipv6Addr>().is_ok()),
        None => !name.is_empty() && !name.contains([':', '[', ']']),
    };
    host.chars().all(fits)
        && is_name
        && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

fn from_toml(text: &str) -> Result<BTreeMap<String, String>, SettingError> {
    let table: toml::Table = text
        .parse()
        .map_err(|_| bad("the settings file", "", "TOML lines such as listen = \"127.0.0.1:8080\""))?;
    let mut values = BTreeMap::new();
    for (name, value) in table {
        if !NAMES.contains(&name.as_str()) {
            return Err(unknown(&name));
        }
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            other => return Err(bad(&name, &other.to_string(), "a string or a number")),
        };
        values.insert(name, value);
    }
    Ok(values)
}

fn parse<T: FromStr>(
    values: &BTreeMap<String, String>,
    name: &str,
    takes: &'static str,
) -> Result<Option<T>, SettingError> {
    match values.get(name).filter(|value| !value.is_empty()) {
        None => Ok(None),
        Some(value) => value.trim().parse().map(Some).map_err(|_| bad(name, value, takes)),
    }
}

fn list<T: FromStr>(
    values: &BTreeMap<String, String>,
    name: &str,
    takes: &'static str,
) -> Result<Vec<T>, SettingError> {
    let value = values.get(name).map(String::as_str).unwrap_or_default();
    let parts = value.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().map_err(|_| bad(name, value, takes))).collect()
}

fn bad(name: &str, value: &str, takes: &'static str) -> SettingError {
    let name = format!("MIANQIA_{}", name.to_uppercase());
    SettingError { name, value: value.to_owned(), takes: takes.into() }
}

fn is_no_setting(name: &str, value: &str) -> bool {
    NO_SETTINGS.iter().any(|begin| name.starts_with(begin))
        || (name == "port" && ["tcp://", "udp://"].iter().any(|begin| value.starts_with(begin)))
}

/// A name that is none. Its value may be a password that was meant for another one, so it is not shown.
fn unknown(name: &str) -> SettingError {
    let nearest = NAMES.into_iter().min_by_key(|known| distance(name, known)).unwrap_or_default();
    let takes =
        format!("nothing: there is no such setting. The nearest is MIANQIA_{}", nearest.to_uppercase());
    SettingError { takes: takes.into(), ..bad(name, "(hidden)", "") }
}

/// How many letters must be put in, left out or changed to make one name of the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (above, a) in one.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], above + 1);
        for (at, b) in other.chars().enumerate() {
            let changed = corner + usize::from(a != b);
            corner = row[at + 1];
            row[at + 1] = changed.min(corner + 1).min(row[at] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

/// Whether a filter of the log says something. A word alone is a level or a target of ours: to the library it is a
/// target of which everything is told, and of all others nothing, so that a misspelt level would be silence.
fn is_log_filter(filter: &str) -> bool {
    let fits = |part: &str| {
        part.contains(['=', '[']) || part.starts_with("mianqia") || part.parse::<LevelFilter>().is_ok()
    };
    filter.split(',').map(str::trim).all(fits) && EnvFilter::try_new(filter).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(toml: &str, environment: &[(&str, &str)]) -> Result<Settings, SettingError> {
        Settings::read(toml, environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn the_environment_beats_the_file_and_the_file_the_defaults() {
        let settings =
            read("media_port = 9\nlog = 'warn'", &[("MIANQIA_LOG", "debug"), ("OTHER", "x")]).unwrap();
        assert_eq!((settings.media_port, settings.log.as_str()), (9, "debug"));
        assert_eq!(settings.media_tcp_port, Some(0));
        let tcp = |value| read("", &[("MIANQIA_MEDIA_TCP_PORT", value)]).unwrap().media_tcp_port;
        assert_eq!((tcp("off"), tcp("443")), (None, Some(443)));
        let of_pages = read("", &[("MIANQIA_LISTEN", "127.0.0.1:443"), ("MIANQIA_MEDIA_PORT", "443")]);
        assert_eq!(of_pages.unwrap().media_tcp_port, None);
        assert_eq!(settings.public_url, "http://127.0.0.1:8080");
        assert_eq!(settings.database_url, "sqlite://data/mianqia.sqlite");
    }

    #[test]
    fn a_bad_setting_is_named_with_what_it_takes() {
        for (toml, environment, name) in [
            ("", vec![("MIANQIA_LISTEN", "here")], "MIANQIA_LISTEN"),
            ("", vec![("MIANQIA_LISTEN", "0.0.0.0:80")], "MIANQIA_LISTEN"),
            ("", vec![("MIANQIA_MEDIA_PORT", "70000")], "MIANQIA_MEDIA_PORT"),
            ("", vec![("MIANQIA_MEDIA_TCP_PORT", "no")], "MIANQIA_MEDIA_TCP_PORT"),
            ("", vec![("MIANQIA_MEDIA_ADDRESSES", "127.0.0.1,host")], "MIANQIA_MEDIA_ADDRESSES"),
            ("", vec![("MIANQIA_MEDIA_ADDRESSES", "0.0.0.0")], "MIANQIA_MEDIA_ADDRESSES"),
            (
                "",
                vec![
                    ("MIANQIA_LISTEN", "0.0.0.0:80"),
                    ("MIANQIA_TRUSTED_PROXIES", "10.0.0.1"),
                    ("MIANQIA_PUBLIC_URL", "https://meet.example"),
                ],
                "MIANQIA_MEDIA_ADDRESSES",
            ),
            ("", vec![("MIANQIA_MEDIA_BIND", "eth0")], "MIANQIA_MEDIA_BIND"),
            ("", vec![("MIANQIA_DATABASE_URL", "mysql://x")], "MIANQIA_DATABASE_URL"),
            ("", vec![("MIANQIA_TLS_CERT", "a.pem")], "MIANQIA_TLS_KEY"),
            ("", vec![("MIANQIA_TRUSTED_PROXIES", "10.0.0.0/40")], "MIANQIA_TRUSTED_PROXIES"),
            ("", vec![("MIANQIA_TRUSTED_PROXIES", "10.0.0.1")], "MIANQIA_PUBLIC_URL"),
            (
                "",
                vec![("MIANQIA_TRUSTED_PROXIES", "10.0.0.1"), ("MIANQIA_PUBLIC_URL", "http://meet.example")],
                "MIANQIA_PUBLIC_URL",
            ),
            (
                "tls_cert = 'a'\ntls_key = 'b'",
                vec![("MIANQIA_PUBLIC_URL", "http://meet.example")],
                "MIANQIA_PUBLIC_URL",
            ),
            ("", vec![("MIANQIA_METRICS_LISTEN", "9090")], "MIANQIA_METRICS_LISTEN"),
            ("lisen = 'x'", vec![], "MIANQIA_LISEN"),
            ("", vec![("MIANQIA_LOGG", "debug")], "MIANQIA_LOGG"),
            ("", vec![("MIANQIA_", "x")], "MIANQIA_"),
            ("", vec![("MIANQIA_PORT", "8080")], "MIANQIA_PORT"),
            ("log = 'a=b=c'", vec![], "MIANQIA_LOG"),
            ("", vec![("MIANQIA_LOG", "!!!")], "MIANQIA_LOG"),
            ("", vec![("MIANQIA_LOG", "mianqia=loud")], "MIANQIA_LOG"),
            ("", vec![("MIANQIA_LOG", "loud")], "MIANQIA_LOG"),
            ("", vec![("MIANQIA_LOG", "info,loud")], "MIANQIA_LOG"),
            ("turn_urls = 'turn:a:1'", vec![], "MIANQIA_TURN_SECRET"),
            ("turn_secret = 'x'", vec![], "MIANQIA_TURN_URLS"),
            ("turn_secret = 'x'\nturn_urls = 'http://a'", vec![], "MIANQIA_TURN_URLS"),
            ("turn_secret = 'x'\nturn_urls = 'turn:a>b'", vec![], "MIANQIA_TURN_URLS"),
            ("listen = ", vec![], "MIANQIA_THE SETTINGS FILE"),
        ] {
            assert_eq!(read(toml, &environment).unwrap_err().name, name, "{toml} {environment:?}");
        }
    }

    #[test]
    fn an_unknown_name_is_told_with_the_nearest_and_without_its_value() {
        for (name, nearest) in [
            ("LOGG", "LOG"),
            ("DATABASE_UR", "DATABASE_URL"),
            ("MEDIA_ADRESSES", "MEDIA_ADDRESSES"),
            ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
            ("SMTP", "SMTP_URL"),
        ] {
            for (toml, variable) in [("", true), ("x", false)] {
                let toml = if toml.is_empty() {
                    String::new()
                } else {
                    format!("{} = 'secret'", name.to_lowercase())
                };
                let variable = variable.then(|| (format!("MIANQIA_{name}"), "secret".to_owned()));
                let told = Settings::read(&toml, variable).unwrap_err().to_string();
                assert!(told.starts_with(&format!("MIANQIA_{name} is")), "{told}");
                assert!(told.ends_with(&format!("The nearest is MIANQIA_{nearest}")), "{told}");
                assert!(!told.contains("secret"), "{told}");
            }
        }
    }

    #[test]
    fn variables_of_tests_and_of_what_runs_us_are_let_be() {
        for (name, value) in [
            ("MIANQIA_TEST_POSTGRES", "postgres://x"),
            ("MIANQIA_SOAK_DISK", "1"),
            ("MIANQIA_FUZZ_SEED", "1"),
            ("MIANQIA_BINARY", "x"),
            ("MIANQIA_CHROMIUM", "x"),
            ("MIANQIA_SERVICE_HOST", "10.0.0.1"),
            ("MIANQIA_PORT", "tcp://10.0.0.1:8080"),
            ("MIANQIA_PORT_8080_TCP_ADDR", "10.0.0.1"),
            ("NOT_MIANQIA_LOGG", "x"),
        ] {
            assert!(read("", &[(name, value)]).is_ok(), "{name}");
        }
    }

    #[test]
    fn filters_of_the_log_are_levels_and_targets() {
        for filter in [
            "info",
            "INFO",
            "off",
            "mianqia=debug",
            "warn,mianqia::video=trace",
            "mianqia",
            "sqlx=off, debug",
            "",
        ] {
            assert!(read("", &[("MIANQIA_LOG", filter)]).is_ok(), "{filter}");
        }
    }

    #[test]
    fn the_public_address_is_an_origin_and_nothing_more() {
        for (url, right) in [
            ("https://meet.example", true),
            ("https://meet.example/", true),
            ("https://meet.example:8443", true),
            ("http://127.0.0.1:8080", true),
            ("https://[2001:db8::1]:8443", true),
            ("https://[2001:db8::1]", true),
            ("https://meet.example/path", false),
            ("https://meet.example?x=1", false),
            ("https://meet.example#x", false),
            ("https://who@meet.example", false),
            ("https://", false),
            ("https://:443", false),
            ("https://meet.example:", false),
            ("https://meet.example:99999", false),
            ("https://me et.example", false),
            ("https://[::1", false),
            ("ftp://meet.example", false),
            ("meet.example", false),
        ] {
            let read = read("", &[("MIANQIA_PUBLIC_URL", url)]);
            assert_eq!(read.is_ok(), right, "{url}");
        }
    }

    #[test]
    fn a_network_contains_its_own_addresses_only() {
        for (network, ip, inside) in [
            ("10.0.0.0/8", "10.9.8.7", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "::ffff:192.0.2.7", true),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "10.0.0.1", false),
        ] {
            let network: Network = network.parse().unwrap();
            assert_eq!(network.contains(ip.parse().unwrap()), inside, "{network:?} {ip}");
        }
    }
}
