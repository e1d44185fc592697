//! What a process has used: processor time and memory of its own, with everything that it started.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

/// A running process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usage(pub(super) u32);

impl Usage {
    /// The processor time of all of its threads that are running, from the scheduler's own count.
    pub(super) fn processor(self) -> io::Result<Duration> {
        let mut sum = Duration::ZERO;
        for process in self.family()? {
            for task in fs::read_dir(folder(process).join("task"))? {
                sum += running_time(&fs::read_to_string(task?.path().join("schedstat"))?)?;
            }
        }
        Ok(sum)
    }

    /// The bytes that it alone holds in memory and has written to.
    pub(super) fn memory(self) -> io::Result<u64> {
        let read = |process| private_dirty(&fs::read_to_string(folder(process).join("smaps_rollup"))?);
        self.family()?.into_iter().map(read).sum()
    }

    /// It and what it started.
    fn family(self) -> io::Result<Vec<u32>> {
        let mut family = vec![self.0];
        let mut next = 0;
        while let Some(process) = family.get(next) {
            for task in fs::read_dir(folder(*process).join("task"))? {
                let children = fs::read_to_string(task?.path().join("children")).unwrap_or_default();
                family.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
            }
            next += 1;
        }
        Ok(family)
    }
}

fn folder(process: u32) -> PathBuf {
    Path::new("/proc").join(process.to_string())
}

/// The first number of `schedstat`: nanoseconds on a processor.
fn running_time(schedstat: &str) -> io::Result<Duration> {
    let first = schedstat.split_whitespace().next().and_then(|number| number.parse().ok());
    first.map(Duration::from_nanos).ok_or_else(|| io::Error::other("schedstat can't be read"))
}

fn private_dirty(rollup: &str) -> io::Result<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Private_Dirty:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kibibytes.map(|kibibytes| kibibytes * 1_024).ok_or_else(|| io::Error::other("smaps_rollup can't be read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_files_are_read() {
        assert_eq!(running_time("1500 20 3\n").unwrap(), Duration::from_nanos(1_500));
        assert!(running_time("").is_err());
        assert_eq!(private_dirty("Rss:   9 kB\nPrivate_Dirty:        12 kB\n").unwrap(), 12 * 1_024);
        assert!(private_dirty("Rss: 9 kB\n").is_err());
    }

    #[test]
    fn a_process_of_ones_own_uses_something() {
        let own = Usage(std::process::id());
        assert!(own.memory().unwrap() > 0);
        assert!(own.processor().unwrap() > Duration::ZERO);
    }
}
