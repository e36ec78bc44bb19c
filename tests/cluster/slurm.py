"""A real Slurm on 127.0.0.1 for tests, from Debian's packages ``slurm-wlm`` and ``munge``, without systemd.

::

    python -m tests.cluster.slurm start FOLDER     prints the line that points commands to it
    python -m tests.cluster.slurm stop FOLDER      leaves no process and no file

All of it (configuration, key, sockets, spool, logs) lies in one folder and on ports of its own, so that several can
run side by side. One node with two processors; partition ``high`` preempts ``low``, whose jobs are requeued.
"""

from __future__ import annotations

import getpass
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "sinfo")
SBIN = "/usr/sbin:/sbin"  # Debian puts daemons where users' PATH may not lead
KILL_WAIT = 10  # seconds between SIGTERM and SIGKILL
PATIENCE = 60.0
CONF = """\
ClusterName=sweep
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={port}
SlurmdPort={node_port}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
AuthInfo=socket={folder}/munge.sock
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=2,sched_min_interval=200000
ReturnToService=2
KillWait={kill_wait}
MinJobAge=2
JobRequeue=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory={memory} State=UNKNOWN
PartitionName=low Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1
PartitionName=high Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=2 PreemptMode=OFF
"""


class NoSlurm(Exception):
    """Slurm cannot be had here; says why."""


def start(folder: Path) -> dict[str, str]:
    """Start munge, controller and node; returns the environment that points Slurm's commands to them.

    Raises
    ------
    NoSlurm : programs are missing, or they did not come up (with the end of their logs).
    """
    missing = [name for name in PROGRAMS if program(name) is None]
    if missing:
        raise NoSlurm(f"{', '.join(missing)} not found: apt-get install slurm-wlm munge")
    folder = folder.absolute()
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True)
    folder.chmod(0o755)
    port, node_port = _free_ports(2)
    conf = folder / "slurm.conf"
    values = {"host": socket.gethostname().split(".")[0], "user": getpass.getuser(), "folder": folder}
    conf.write_text(CONF.format(**values, port=port, node_port=node_port, memory=_memory_mb(), kill_wait=KILL_WAIT))
    key = folder / "munge.key"
    key.write_bytes(secrets.token_bytes(128))
    key.chmod(0o400)
    env = {"SLURM_CONF": str(conf)}
    try:
        _start_munge(folder)
        for name in ("slurmctld", "slurmd"):
            _daemon(folder, name, ["-D", "-f", str(conf)], env)
        _until(lambda: "idle" in _ask(env, "sinfo", "-h", "-o", "%t"), "the node did not come up", folder)
    except BaseException:
        stop(folder)
        raise
    return env


def stop(folder: Path) -> None:
    """Cancel all jobs, end all processes, delete the folder."""
    folder = folder.absolute()
    env = {"SLURM_CONF": str(folder / "slurm.conf")}
    if (folder / "slurmctld.pid").is_file():
        with suppress(OSError, subprocess.SubprocessError, NoSlurm):
            _ask(env, "scancel", "--signal=KILL", "--state=RUNNING", "--full", "--me")
            _ask(env, "scancel", "--me")
            _until(lambda: not _ask(env, "squeue", "-h"), "jobs did not end", folder, 2 * KILL_WAIT)
    for name in ("slurmd", "slurmctld", "munged"):
        _end(_pid(folder / f"{name}.pid"))
    for pid in _of_jobs(folder):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running() -> Iterator[dict[str, str]]:
    """A Slurm for the duration; yields the environment to add."""
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))  # short: paths of sockets may have 107 characters
    try:
        yield start(folder)
    finally:
        stop(folder)


def program(name: str) -> str | None:
    """Where a program is."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:{SBIN}")


def _start_munge(folder: Path) -> None:
    files = {"socket": "munge.sock", "key-file": "munge.key", "seed-file": "munge.seed"}
    options = [f"--{option}={folder / name}" for option, name in files.items()]
    _daemon(folder, "munged", ["--foreground", "--force", *options, f"--pid-file={folder / 'munge-own.pid'}"], {})
    _until((folder / "munge.sock").exists, "munged did not come up", folder)


def _daemon(folder: Path, name: str, words: Sequence[str], env: dict[str, str]) -> None:
    """Start in the foreground of a session of its own, output into a log, number into ``NAME.pid``."""
    command = [program(name) or name, *words]
    with (folder / f"{name}.out").open("wb") as log:
        process = subprocess.Popen(
            command, env={**os.environ, **env}, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    (folder / f"{name}.pid").write_text(str(process.pid))


def _ask(env: dict[str, str], name: str, *words: str) -> str:
    done = subprocess.run([name, *words], env={**os.environ, **env}, capture_output=True, text=True, timeout=30)
    return done.stdout.strip()


def _until(true: Callable[[], object], otherwise: str, folder: Path, seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            logs = [*sorted(folder.glob("*.out")), *sorted(folder.glob("*.log"))]
            tails = [
                f"{log.name}: {line}" for log in logs for line in log.read_text(errors="replace").splitlines()[-8:]
            ]
            raise NoSlurm("\n".join([f"Slurm in {folder}: {otherwise}", *tails]))
        time.sleep(0.1)


def _free_ports(n: int) -> list[int]:
    sockets = [socket.socket() for _ in range(n)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _memory_mb() -> int:
    return max(int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20) - 256, 512)


def _pid(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None


def _end(pid: int | None) -> None:
    """SIGTERM, after a while SIGKILL; waits until the process is gone."""
    if pid is None:
        return
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + KILL_WAIT
        while _alive(pid):
            if time.monotonic() > end:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)


def _alive(pid: int) -> bool:
    with suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG)[0] == 0
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _of_jobs(folder: Path) -> list[int]:
    """Processes that jobs of this Slurm have left behind, known by their environment."""
    conf, found = f"SLURM_CONF={folder / 'slurm.conf'}".encode(), []
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (path / "environ").read_bytes().split(b"\0")
            if conf in words and any(word.startswith(b"SLURM_JOB_ID=") for word in words):
                found.append(int(path.name))
    return found


def main(words: Sequence[str]) -> int:
    """The command; returns its exit code."""
    if len(words) != 2 or words[0] not in ("start", "stop"):
        print(__doc__, file=sys.stderr)
        return 1
    if words[0] == "stop":
        stop(Path(words[1]))
        return 0
    try:
        env = start(Path(words[1]))
    except NoSlurm as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print("\n".join(f"export {key}={value}" for key, value in env.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
