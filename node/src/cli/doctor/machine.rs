//! The machine: disk space, open files, the clock, and which process has the data folder.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use sillok_client::transaction::now;

use super::Patient;
use super::running::State;
use crate::checks::Check;
use crate::limits;
use crate::storage::DataFolder;

/// So little free space, in MiB, that the node may stop soon: it halts when a write fails.
const SPACE_LEAST_MIB: u64 = 1_024;
/// So little that it should be looked at.
const SPACE_LOW_MIB: u64 = 10 * 1_024;
/// The open files with which a node can do what it is made for: RocksDB's, connections, and some more.
const FILES: u64 = 2_048;
/// The fewest with which it can run at all: RocksDB's and as many more.
const FILES_LEAST: u64 = 1_024;

/// How far two clocks may seem to be apart: a block may be that long under way.
const CLOCK_APART: Duration = Duration::from_millis(500);

/// Why a clock was not compared with others'.
const UNCOMPARED: &str = "how it is beside others' shows once the node has had a block of theirs, to a token of the role `operate` (--token)";

/// Which process has the data folder's database locked, as far as the system tells.
pub(super) fn user_of(folder: &DataFolder) -> Option<u32> {
    let inode = fs::metadata(folder.database().join("LOCK")).ok()?.ino();
    let locks = fs::read_to_string("/proc/locks").ok()?;
    // `1: POSIX  ADVISORY  WRITE 4711 08:01:131234 0 EOF`
    let holder = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let locked: u64 = fields.get(5)?.rsplit(':').next()?.parse().ok()?;
        let process = fields.get(4)?.parse().ok()?;
        (locked == inode).then_some(process)
    };
    // The inode's number may be another disk's: only a process that has this program's name counts.
    let is_node = |process: &u32| {
        fs::read_to_string(format!("/proc/{process}/comm")).is_ok_and(|name| name.trim() == "sillok")
    };
    locks.lines().filter_map(holder).find(is_node)
}

/// Whether there is space where the data is.
pub(super) fn disk(patient: &Patient, checks: &mut Vec<Check>) {
    let name = "disk space";
    let path = patient.data.as_ref().map_or(patient.home.path().to_owned(), |_| patient.home.data());
    let Some(free) = free_mib(&path) else {
        checks.push(Check::warning(name, "unknown: `df` does not say"));
        return;
    };
    let text = format!("{free} MiB are free at {}", path.display());
    checks.push(match free {
        free if free < SPACE_LEAST_MIB => {
            Check::error(name, text).advice("make room: the node stops when a write fails")
        }
        free if free < SPACE_LOW_MIB => {
            Check::warning(name, text).advice("make room, or keep less (`retain`)")
        }
        _ => Check::ok(name, text),
    });
}

/// The free space where a path is, in MiB.
fn free_mib(path: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(path).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    // POSIX: device, size, used, available, …
    let free: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(free / 1_024)
}

/// Whether the node, or whoever starts it from here, may open enough files.
pub(super) fn open_files(patient: &Patient, checks: &mut Vec<Check>) {
    let name = "open files";
    let process = patient.process.map_or("self".into(), |process| process.to_string());
    let whose =
        if patient.process.is_some() { "the node may" } else { "a node that is started from here may" };
    let Some(most) = file_limit(&process) else {
        checks.push(Check::warning(name, "unknown: the system does not say"));
        return;
    };
    let text = format!("{whose} have {most} of them");
    let advice = format!("raise the limit to {FILES} or more (`ulimit -n`, LimitNOFILE= in the unit)");
    checks.push(match most {
        most if most < FILES_LEAST => Check::error(name, text).advice(advice),
        most if most < FILES => Check::warning(name, text).advice(advice),
        _ => Check::ok(name, text),
    });
}

/// A process's soft limit of open files.
fn file_limit(process: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/limits")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_whitespace().next()? {
        "unlimited" => Some(u64::MAX),
        number => number.parse().ok(),
    }
}

/// Whether the clock is right, as far as it shows: by whether a time service keeps it, and beside the clocks of
/// those who make blocks.
pub(super) fn clock(state: Option<&State>, checks: &mut Vec<Check>) {
    let name = "clock";
    let ahead = state.map_or(0, |state| state.status.time_ms.saturating_sub(now().0));
    let offset = state.and_then(|state| state.clock_offset);
    let beside = offset.map_or(UNCOMPARED.to_owned(), |offset| {
        let way = if offset.behind { "behind" } else { "ahead of" };
        format!("it was {} ms {way} the last block's when that came", offset.by.as_millis())
    });
    checks.push(match time_service() {
        _ if ahead > limits::BLOCK_AHEAD_MS => {
            Check::error(name, format!("the last block is {ahead} ms ahead of it"))
                .advice("set it by NTP: this node refuses blocks that others find in time")
        }
        _ if offset.is_some_and(|offset| offset.by > CLOCK_APART) => Check::warning(name, beside)
            .advice("set it by NTP; if it is right, that validator's is not, or blocks are long under way"),
        Some(false) => Check::warning(name, format!("no time service keeps it; {beside}"))
            .advice("set one up (timedatectl set-ntp true)"),
        Some(true) => Check::ok(name, format!("a time service keeps it; {beside}")),
        None => Check::ok(name, format!("whether a time service keeps it is unknown; {beside}")),
    });
}

/// Whether a time service keeps the clock, if systemd knows.
fn time_service() -> Option<bool> {
    let mut command = Command::new("timedatectl");
    let output =
        command.args(["show", "--property", "NTPSynchronized", "--value"]).stderr(Stdio::null()).output();
    match String::from_utf8(output.ok()?.stdout).ok()?.trim() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}
