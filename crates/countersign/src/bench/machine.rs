//! What the machine says: memory, processor time, how long the disk takes.

use std::fs::{self, File};
use std::io::{Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::stop::Stop;

/// Ticks per second in `/proc/PID/stat`; a constant of Linux on every machine it runs on today.
const TICKS_PER_SECOND: u64 = 100;

/// Resident memory of a process in kilobytes.
pub fn resident_kb(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or(0)
}

/// Processor time that a process has used, its own and the system's for it.
pub fn processor_time(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name in parentheses may hold spaces; the fields are counted after it.
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .map_or("", |(_, rest)| rest)
        .split_whitespace()
        .collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
    let used = ticks(11).unwrap_or(0) + ticks(12).unwrap_or(0);
    Duration::from_millis(used * 1000 / TICKS_PER_SECOND)
}

/// How long it takes until 4 KiB have reached the disk that holds a folder: the median of many.
pub fn sync_time(folder: &Path) -> Result<Duration, Stop> {
    const TIMES: usize = 201;
    let path = folder.join("sync-test.tmp");
    let wrong = || Stop::file("writing", &path);
    let mut file = File::create(&path).map_err(wrong())?;
    let mut took = Vec::with_capacity(TIMES);
    for at in 0..TIMES {
        let begun = Instant::now();
        let block = [u8::try_from(at % 251).unwrap_or(0); 4096];
        file.rewind().map_err(wrong())?;
        file.write_all(&block).map_err(wrong())?;
        file.sync_data().map_err(wrong())?;
        took.push(begun.elapsed());
    }
    drop(file);
    fs::remove_file(&path).map_err(wrong())?;
    took.sort_unstable();
    Ok(took[TIMES / 2])
}

/// Megabytes, as reports give them.
pub fn megabytes(kilobytes: u64) -> u64 {
    kilobytes.div_ceil(1024)
}
