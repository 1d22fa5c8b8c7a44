//! A mail server that is made up: it answers as it is told, and says what it took.

use crate::support::{MailServer, eventually};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How a mail server takes a mail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    Take,
    Later,
    Refuse,
    /// Takes it and breaks off without a word.
    Forget,
    /// Says nothing until it is told something else.
    Hold,
}

/// What a mail server has taken: to whom, the subject, and the method of the calendar part.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    pub to: String,
    pub subject: String,
    pub calendar: Option<String>,
}

/// What it makes of a subject.
type Judge = Box<dyn FnMut(&str) -> Answer + Send>;

/// A mail server that does as it is told.
pub struct Server {
    pub url: String,
    state: Arc<State>,
    task: JoinHandle<()>,
}

struct State {
    answer: Mutex<Judge>,
    taken: Mutex<Vec<Taken>>,
    held: Mutex<usize>,
}

impl Server {
    pub async fn start(answer: impl FnMut(&str) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            answer: Mutex::new(Box::new(answer)),
            taken: Mutex::default(),
            held: Mutex::default(),
        });
        let shared = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, shared.clone()));
            }
        });
        Self { url, state, task }
    }

    pub fn answers(&self, answer: impl FnMut(&str) -> Answer + Send + 'static) {
        *self.state.answer.lock().unwrap() = Box::new(answer);
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.state.taken.lock().unwrap().clone()
    }

    pub fn subjects(&self) -> Vec<String> {
        self.taken().into_iter().map(|mail| mail.subject).collect()
    }

    pub async fn holds(&self, count: usize) {
        let held = async || (*self.state.held.lock().unwrap() == count).then_some(());
        eventually("the server holds a mail", held).await;
    }
}

impl MailServer for Server {
    async fn begin() -> Self {
        Self::start(|_| Answer::Take).await
    }

    fn url(&self) -> String {
        self.url.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn converse(stream: TcpStream, state: Arc<State>) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let _ = write.write_all(b"220 ready\r\n").await;
    let (mut to, mut data) = (String::new(), None::<String>);
    while let Ok(Some(line)) = lines.next_line().await {
        let answer: &[u8] = match (&mut data, line.split([' ', ':']).next().unwrap_or_default()) {
            (Some(text), _) if line == "." => {
                let mail = taken(&to, text);
                data = None;
                let mut held = false;
                let answer = loop {
                    let answer = (state.answer.lock().unwrap())(&mail.subject);
                    if answer != Answer::Hold {
                        break answer;
                    }
                    if !held {
                        *state.held.lock().unwrap() += 1;
                        held = true;
                    }
                    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                };
                if matches!(answer, Answer::Take | Answer::Forget) {
                    state.taken.lock().unwrap().push(mail);
                }
                match answer {
                    Answer::Take => b"250 taken\r\n",
                    Answer::Later => b"451 4.3.0 later\r\n",
                    Answer::Refuse => b"554 5.7.1 no\r\n",
                    Answer::Forget | Answer::Hold => return,
                }
            }
            (Some(text), _) => {
                text.push_str(&line);
                text.push('\n');
                continue;
            }
            (None, "DATA") => {
                data = Some(String::new());
                b"354 go on\r\n"
            }
            (None, "RCPT") => {
                to = line.trim_start_matches("RCPT TO:<").split('>').next().unwrap().to_owned();
                b"250 fine\r\n"
            }
            _ => b"250 fine\r\n",
        };
        let _ = write.write_all(answer).await;
    }
}

fn taken(to: &str, text: &str) -> Taken {
    let after =
        |start: &str| text.lines().find_map(|line| line.split_once(start)).map(|(_, rest)| rest.to_owned());
    Taken {
        to: to.to_owned(),
        subject: after("Subject: ").unwrap(),
        calendar: after("charset=utf-8; method="),
    }
}
