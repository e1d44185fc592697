//! Starts that can't be: each says in one line what is wrong and what would be right.

use std::{fs, net::TcpListener};

use crate::{
    process::{Launch, Program, SECRET, run},
    shop::Shop,
};

/// Everything that can be wrong with a configuration, and what has to be in the line that says so.
#[tokio::test]
async fn a_mistake_in_the_configuration_is_named() {
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("dropcast.toml");
    let name = file.to_str().expect("UTF-8");
    let data = folder.path().join("data");
    let data = data.to_str().expect("UTF-8");
    let in_file = [
        ("listn = \"127.0.0.1:0\"\n", ":1:1: unknown field `listn`"),
        ("\n[limits]\nper_address_per_second = -1\n", ":3:26: "),
        ("[hub]\nshards = \"many\"\n", ":2:10: invalid type: string \"many\""),
        ("listen = 127.0.0.1\n", ":1:"),
        ("token_secret = \"0123456789abcdef0123456789abcdef\"\n", "unknown field `token_secret`"),
        ("\u{0}", ":1:"),
    ];
    for (text, expected) in in_file {
        fs::write(&file, text).expect("a file");
        let ended = run(&["serve", "--config", name, "--data-dir", data], &[]).await;
        let told = format!("dropcast: {name}");
        assert!(ended.code == Some(2) && ended.stderr.starts_with(&told), "{text:?}: {ended:?}");
        assert!(ended.stderr.contains(expected), "{text:?}: {ended:?}");
    }
    let by_variable = [
        ("DROPCAST_LISTN", "x", "DROPCAST_LISTN: there is no such setting; did you mean DROPCAST_LISTEN?"),
        ("DROPCAST_LISTEN", "8080", "DROPCAST_LISTEN: "),
        ("DROPCAST_LIMITS__PER_ADDRESS_BURST", "9999999999", "DROPCAST_LIMITS__PER_ADDRESS_BURST: "),
        ("DROPCAST_TOKEN_SECRET", "short", "DROPCAST_TOKEN_SECRET: it has 5 bytes; it must have at least 32"),
        ("DROPCAST_TOKEN_SECRET", "", "DROPCAST_TOKEN_SECRET"),
        ("DROPCAST_LOG__FILTER", "dropcast=loud", "log.filter: "),
        ("DROPCAST_CONFIG", "/nowhere/dropcast.toml", "/nowhere/dropcast.toml: "),
        ("DROPCAST_DATA_DIR", "/proc/nowhere", "/proc/nowhere"),
    ];
    for (variable, value, expected) in by_variable {
        let ended = run(&["serve", "--listen", "127.0.0.1:0"], &[("DROPCAST_DATA_DIR", data), (variable, value)]).await;
        assert!(ended.code == Some(2) && ended.stderr.contains(expected), "{variable}={value}: {ended:?}");
        assert!(!ended.stderr.contains(SECRET), "{ended:?}");
        assert!(ended.stderr.starts_with("dropcast: ") && ended.stderr.lines().count() == 1, "{ended:?}");
    }
    let mut without_secret = std::process::Command::new(crate::process::PROGRAM);
    without_secret.args(["serve", "--listen", "127.0.0.1:0", "--data-dir", data]).env_remove("DROPCAST_TOKEN_SECRET");
    let output = without_secret.output().expect("a process");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && told.contains("DROPCAST_TOKEN_SECRET"), "{told}");
}

#[tokio::test]
async fn a_port_and_a_data_directory_belong_to_one_server() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let folder = tempfile::tempdir().expect("a directory");
    let data = folder.path().to_str().expect("UTF-8");
    let ended = run(&["serve", "--listen", &address, "--data-dir", data], &[]).await;
    let told = format!("dropcast: can't listen on {address}: ");
    assert!(ended.code == Some(2) && ended.stderr.starts_with(&told), "{ended:?}");
    assert!(ended.stderr.contains("--listen"), "{ended:?}");

    let launch = Launch::default();
    let server = launch.start().await;
    Shop::of(&server).plan(10, 2).await;
    let data = launch.data_dir().to_str().expect("UTF-8");
    for arguments in [
        &["serve", "--listen", "127.0.0.1:0", "--data-dir", data][..],
        &["audit", "spring", "--data-dir", data],
        &["export", "spring", "--data-dir", data],
    ] {
        let ended = run(arguments, &[]).await;
        let told = "is in use by another process: stop that one, or ask it with --url";
        assert!(ended.code == Some(2) && ended.stderr.contains(told), "{arguments:?}: {ended:?}");
    }
    assert_eq!(Shop::of(&server).get("/readyz", None).await.status, 200, "the first one goes on");
}

#[tokio::test]
async fn logs_can_be_read_by_machines() {
    let launch = Launch::default().env("LOG__FORMAT", "json");
    let mut program = Program::start(launch.command());
    let line = program.wait_for("dropcast serves").await;
    let event: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!((&event["message"], &event["level"]), (&"dropcast serves".into(), &"INFO".into()), "{line}");
}
