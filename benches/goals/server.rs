//! A server in a process of its own: the program as it is installed, or what it is compared with.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command},
    time::{Duration, Instant},
};

use crate::installation::Installation;

/// The word by which this program itself becomes the server that is compared with.
pub(crate) const BASELINE: &str = "serve-the-baseline";

/// A running server; ends with its owner.
pub(crate) struct Server {
    process: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// How long it took from its start until it was ready for requests.
    pub(crate) ready_after: Duration,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// `anphi serve`.
    pub(crate) fn ours(installation: &Installation) -> Self {
        let (public, second) = (free(), free());
        let mut command = Command::new(env!("CARGO_BIN_EXE_anphi"));
        command.arg("serve").arg("--config").arg(installation.settings_file());
        command.env("ANPHI_SERVER__LISTEN", public.to_string());
        command.env("ANPHI_ADMIN__LISTEN", second.to_string());
        Self::start(command, public, is_ready)
    }

    /// One transaction a callback.
    pub(crate) fn baseline(installation: &Installation) -> Self {
        let address = free();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(BASELINE).arg(installation.settings_file()).arg(address.to_string());
        Self::start(command, address, |address| TcpStream::connect(address).is_ok())
    }

    fn start(
        mut command: Command,
        address: SocketAddr,
        is_up: impl Fn(SocketAddr) -> bool,
    ) -> Self {
        let began = Instant::now();
        let mut process = command.spawn().unwrap();
        while !is_up(address) {
            assert!(process.try_wait().unwrap().is_none(), "the server ended before it was up");
            assert!(began.elapsed() < Duration::from_mins(1), "the server does not get up");
            std::thread::sleep(Duration::from_millis(1));
        }
        Self { process, address, ready_after: began.elapsed() }
    }

    /// Halts it, so that what it does when nobody asks takes nothing from whoever is measured next.
    pub(crate) fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on after [`Server::pause`].
    pub(crate) fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").arg(signal).arg(self.process.id().to_string()).status();
        assert!(sent.unwrap().success(), "{signal} was not sent");
    }

    /// The most memory that it ever had, in thousandths of a MB.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(Path::new(&status)).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
        kibibytes * 1024 / 1000
    }
}

/// Whether it says that it is ready: it listens before it has its database.
fn is_ready(address: SocketAddr) -> bool {
    let asked = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    asked().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

/// A loopback address that was free a moment ago.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
