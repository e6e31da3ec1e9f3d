//! Requests that no honest client sends: each is refused, and the node goes on.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::dev::Dev;

/// Posts `body` and reads the answer; empty if the node hangs up at once.
fn post(dev: &Dev, body: &[u8]) -> String {
    let address = dev.url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let head = format!(
        "POST / HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut answer = Vec::new();
    let sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
    // A node may stop reading, and even reset, once it has seen enough.
    let _ = sent.and_then(|()| stream.read_to_end(&mut answer).map(|_| ()));
    String::from_utf8_lossy(&answer).into_owned()
}

fn request(method: &str, params: &str) -> Vec<u8> {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#).into_bytes()
}

#[test]
fn hostile_requests_are_refused_and_the_node_goes_on() {
    let dev = Dev::start();
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b"not json".to_vec(), "-32700"),
        (br#"{"jsonrpc":"2.0","id":1}"#.to_vec(), "-32600"),
        (request("no_suchMethod", "[]"), "-32601"),
        (request("tx_submit", "[]"), "-32602"),
        (request("tx_submit", "[5]"), "-32602"),
        (request("tx_submit", r#"["0xzz"]"#), "1032"),
        (request("tx_submit", r#"["0x00"]"#), "1001"),
        (request("tx_simulate", r#"["0x00"]"#), "1032"),
        (request("tx_get", r#"["0x00"]"#), "1032"),
        (request("chain_block", "[99999999]"), "1031"),
        (request("contract_info", r#"["0x00"]"#), "1032"),
        (request("contract_info", r#"["nobody"]"#), "1030"),
        (request("tx_submit", &format!("[{}]", "[".repeat(100_000))), "-32700"),
    ];
    for (body, code) in cases {
        let answer = post(&dev, &body);
        let shown = String::from_utf8_lossy(&body[..body.len().min(80)]);
        assert!(answer.contains(&format!("\"code\":{code}")), "{shown}: expected {code}, got {answer}");
    }
    let huge = request("tx_submit", &format!("[\"0x{}\"]", "00".repeat(5 * 1024 * 1024)));
    let answer = post(&dev, &huge);
    assert!(!answer.contains("\"result\""), "ten megabytes were taken: {answer}");
    dev.json(&["tx", "send", "cash.transfer", "from=//Alice", "to=//Bob", "amount=1"]);
}
