//! Setting forms that nobody has proved: in a process of its own, which is stopped when it takes too long or too much.

use std::{
    borrow::Cow,
    ffi::OsString,
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, sync_channel},
    },
    time::{Duration, Instant},
};

use crate::{
    Form, FormData, FormError,
    worker::{Done, Order, Set, Want},
};

/// How often the memory of a process that works is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// Most bytes of an answer.
const ANSWER_MAX: u64 = 256 << 20;

/// What one form may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Seconds from the job to its answer.
    pub seconds: u64,
    /// Megabytes of resident memory.
    pub megabytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            seconds: 10,
            megabytes: 512,
        }
    }
}

type Answer = std::io::Result<(Done, Vec<u8>)>;

struct Worker {
    child: Child,
    input: ChildStdin,
    answers: Receiver<Answer>,
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sets forms as [`crate::Printer`] does, one after the other, in a process that is started when it is needed and kept.
pub struct Workshop {
    program: Vec<OsString>,
    limits: Limits,
    worker: Mutex<Option<Worker>>,
}

impl std::fmt::Debug for Workshop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workshop")
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

impl Workshop {
    /// `program` is a command line that runs [`crate::work`] over its standard input and output.
    #[must_use]
    pub fn new(program: Vec<OsString>, limits: Limits) -> Self {
        Self {
            program,
            limits,
            worker: Mutex::new(None),
        }
    }

    /// As [`crate::Printer::render`].
    ///
    /// # Errors
    /// As [`crate::Printer::render`]; and [`FormError::TooLong`], [`FormError::TooLarge`].
    pub fn render(&self, form: &Form<'_>, data: &FormData) -> Result<Vec<u8>, FormError> {
        self.render_all(&[(form.clone(), data)])
    }

    /// As [`crate::Printer::render_all`]. Every ten slips have a second more.
    ///
    /// # Errors
    /// As [`Workshop::render`].
    pub fn render_all(&self, jobs: &[(Form<'_>, &FormData)]) -> Result<Vec<u8>, FormError> {
        match self.set(Want::Pdf, jobs)? {
            (Done::Pdf(_), bytes) => Ok(bytes),
            (done, _) => Err(refused(done)),
        }
    }

    /// As [`crate::Printer::pages`].
    ///
    /// # Errors
    /// As [`Workshop::render`].
    pub fn pages(&self, form: &Form<'_>, data: &FormData) -> Result<Vec<String>, FormError> {
        match self.set(Want::Pages, &[(form.clone(), data)])? {
            (Done::Pages(pages), _) => Ok(pages),
            (done, _) => Err(refused(done)),
        }
    }

    /// What of a slip a form loses; see [`crate::Inspection::lost`].
    ///
    /// # Errors
    /// As [`Workshop::render`].
    pub fn lost(&self, form: &Form<'_>, data: &FormData) -> Result<Vec<String>, FormError> {
        match self.set(Want::Lost, &[(form.clone(), data)])? {
            (Done::Lost(lost), _) => Ok(lost),
            (done, _) => Err(refused(done)),
        }
    }

    fn set(
        &self,
        want: Want,
        jobs: &[(Form<'_>, &FormData)],
    ) -> Result<(Done, Vec<u8>), FormError> {
        for (_, data) in jobs {
            data.check()?;
        }
        let set = |(form, data): &(Form<'_>, &FormData)| Set {
            name: Cow::Owned(form.name().to_owned()),
            source: Cow::Owned(form.source().to_owned()),
            data: Cow::Owned((*data).clone()),
        };
        let order = Order {
            want,
            sets: jobs.iter().map(set).collect(),
        };
        let more = u64::try_from(jobs.len()).unwrap_or(0) / 10;
        let mut line = serde_json::to_vec(&order).map_err(|error| fault(&error))?;
        line.push(b'\n');
        let mut held = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        let mut worker = match held.take() {
            Some(worker) => worker,
            None => self.start()?,
        };
        // One that has died since its last job is not to blame for this one.
        if worker.input.write_all(&line).is_err() {
            worker = self.start()?;
            worker
                .input
                .write_all(&line)
                .map_err(|error| fault(&error))?;
        }
        let answer = self.wait(&worker, self.limits.seconds + more);
        // A worker that was stopped or has failed is dropped here, which ends its process.
        if answer.is_ok() {
            *held = Some(worker);
        }
        answer
    }

    fn wait(&self, worker: &Worker, seconds: u64) -> Result<(Done, Vec<u8>), FormError> {
        let begun = Instant::now();
        loop {
            match worker.answers.recv_timeout(LOOK) {
                Ok(answer) => return answer.map_err(|error| fault(&error)),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(FormError::Fault("its process ended".into()));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if begun.elapsed() > Duration::from_secs(seconds) {
                return Err(FormError::TooLong(seconds));
            }
            if resident_mb(worker.child.id()) > self.limits.megabytes {
                return Err(FormError::TooLarge(self.limits.megabytes));
            }
        }
    }

    fn start(&self) -> Result<Worker, FormError> {
        let (program, arguments) = self
            .program
            .split_first()
            .ok_or_else(|| FormError::Fault("no program sets forms here".into()))?;
        let mut child = Command::new(program)
            .args(arguments)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| fault(&error))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(FormError::Fault("its process has no input".into()));
        };
        let (answers, receiver) = sync_channel(1);
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(answer) = read(&mut output).transpose() {
                let failed = answer.is_err();
                if answers.send(answer).is_err() || failed {
                    break;
                }
            }
        });
        Ok(Worker {
            child,
            input,
            answers: receiver,
        })
    }
}

/// One answer; nothing at the end.
fn read(output: &mut impl BufRead) -> std::io::Result<Option<(Done, Vec<u8>)>> {
    let mut line = Vec::new();
    if output.take(ANSWER_MAX).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    let done: Done = serde_json::from_slice(&line)?;
    let mut bytes = Vec::new();
    if let Done::Pdf(count) = done {
        let count = u64::try_from(count).unwrap_or(u64::MAX).min(ANSWER_MAX);
        output.take(count).read_to_end(&mut bytes)?;
    }
    Ok(Some((done, bytes)))
}

fn refused(done: Done) -> FormError {
    match done {
        Done::Form(complaints) => FormError::Form(complaints),
        Done::Data(words) | Done::Fault(words) => FormError::Fault(words),
        Done::Pdf(_) | Done::Pages(_) | Done::Lost(_) => {
            FormError::Fault("its process answered something else".into())
        }
    }
}

fn fault(error: &dyn std::error::Error) -> FormError {
    FormError::Fault(error.to_string())
}

/// Resident memory of a process; zero where the system does not tell.
fn resident_mb(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kb = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kb.unwrap_or(0) / 1_024
}
