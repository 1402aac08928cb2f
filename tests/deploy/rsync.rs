//! A server that speaks rsync over SSH: Debian's own, on loopback, with keys made
//! here.

use crate::{Place, Site, check_days, check_faults, check_strangers, deploy, old_site, tools};
use longhand::deploy::rsync::Rsync;
use longhand::deploy::target::{Kind, Target};
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// One `sshd` that lets in whoever has our key.
struct Server {
    folder: tempfile::TempDir,
    daemon: Child,
    port: u16,
}

impl Server {
    fn start() -> Result<Server, String> {
        tools::program(&["rsync"])?;
        let keygen = tools::program(&["ssh-keygen"])?;
        let sshd = tools::program(&["sshd"]).or_else(|why| {
            let usual = PathBuf::from("/usr/sbin/sshd");
            usual.is_file().then_some(usual).ok_or(why)
        })?;
        let folder = tempfile::tempdir().unwrap();
        for key in ["host", "user"] {
            let path = folder.path().join(key);
            let mut make = Command::new(&keygen);
            make.args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(&path);
            tools::run(&mut make)?;
        }
        fs::copy(
            folder.path().join("user.pub"),
            folder.path().join("allowed"),
        )
        .unwrap();
        // As root it needs this one, which Debian makes when its service starts.
        let _ = fs::create_dir_all("/run/sshd");
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let of = |name: &str| folder.path().join(name).display().to_string();
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\nMaxStartups 100\n",
            of("host"),
            of("allowed")
        );
        fs::write(folder.path().join("config"), config).unwrap();
        let daemon = Command::new(&sshd)
            .args(["-D", "-f", &of("config"), "-E", &of("log")])
            .stdin(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        let server = Server {
            folder,
            daemon,
            port,
        };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if started.elapsed() > Duration::from_secs(60) {
                let log = fs::read_to_string(server.folder.path().join("log"));
                return Err(format!("sshd does not start: {}", log.unwrap_or_default()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    fn shell(&self, key: &str) -> String {
        let key = self.folder.path().join(key).display().to_string();
        format!(
            "ssh -p {} -i {key} -F none -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR",
            self.port
        )
    }

    fn folder(&self) -> Remote {
        Remote {
            folder: tempfile::tempdir().unwrap(),
            // One connection for all: a test makes hundreds.
            shell: format!(
                "{} -o ControlMaster=auto -o ControlPersist=5 -o ControlPath={}",
                self.shell("user"),
                self.folder.path().join("c").display()
            ),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

struct Remote {
    folder: tempfile::TempDir,
    shell: String,
}

impl Remote {
    fn root(&self) -> PathBuf {
        self.folder.path().join("www/a site")
    }

    fn target(&self, root: &Path) -> Rsync {
        let place = format!("127.0.0.1:{}", root.display());
        let mut target = Rsync::new(&place, self.folder.path()).unwrap();
        target.shell = Some(self.shell.clone());
        target
    }
}

impl Place for Remote {
    fn open(&self) -> Box<dyn Target> {
        Box::new(self.target(&self.root()))
    }

    fn holds(&self) -> Site {
        crate::held(&self.root())
    }

    fn put(&self, path: &str, bytes: &[u8]) {
        crate::put_below(&self.root(), path, bytes);
    }
}

fn server(test: &str) -> Option<Server> {
    tools::or_skip(test, Server::start())
}

#[test]
fn day_after_day() {
    let Some(server) = server("rsync: days") else {
        return;
    };
    let place = server.folder();
    check_days(&place);
    assert!(
        !place.root().join("tags/c#").exists(),
        "an empty folder is left"
    );
    assert!(place.root().join("tags/100%").exists());
    let mode = fs::metadata(place.root().join("index.html"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o644);
}

#[test]
fn strangers() {
    let Some(server) = server("rsync: strangers") else {
        return;
    };
    check_strangers(&server.folder());
}

#[test]
fn faults() {
    let Some(server) = server("rsync: faults") else {
        return;
    };
    check_faults(|| server.folder(), 16);
}

#[test]
fn names_with_line_ends_come_through() {
    let Some(server) = server("rsync: line ends") else {
        return;
    };
    let place = server.folder();
    let site = Site::from([("new\nline\\#012.txt".to_owned(), b"x".to_vec())]);
    deploy(&place, &site).unwrap();
    assert!(place.holds() == site);
    assert!(deploy(&place, &site).unwrap().is_empty());
}

#[test]
fn a_server_that_does_not_let_us_in_says_so() {
    let Some(server) = server("rsync: refusals") else {
        return;
    };
    let mut place = server.folder();
    // A key that it does not know.
    place.shell = server.shell("host");
    let error = deploy(&place, &old_site()).unwrap_err();
    assert_eq!(error.kind, Kind::Io);
    assert!(error.message.starts_with("rsync cannot list"), "{error}");
    assert!(
        error.help.unwrap().contains("needs to know your SSH key"),
        "{}",
        error.message
    );
    // Nobody listens.
    place.shell = place.shell.replace(&format!("-p {}", server.port), "-p 1");
    let error = deploy(&place, &old_site()).unwrap_err();
    assert!(
        error.help.unwrap().contains("look at the connection"),
        "{}",
        error.message
    );
    assert!(place.holds().is_empty());
}
