/** Owns the lock that keeps two processes of one clone from doing the same work in the same place at once. */
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const heartbeatMilliseconds = 2_000;
const staleMilliseconds = 30_000;

/**
 * Runs `work` while no other process holds the clone's lock of that name. A lock whose holder is dead, or has not
 * shown a sign of life for half a minute, is taken over. `wait` is called once if there is somebody to wait for.
 */
export async function withLock({ root, name, wait }, work) {
  const folder = join(root, ".windlass");
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, `${name}.lock`);
  const holder = `${hostname()} ${process.pid}`;
  let waiting = false;
  while (!take(lock, holder)) {
    if (!waiting) wait?.();
    waiting = true;
    await sleep(200);
  }
  const heartbeat = setInterval(() => touch(lock), heartbeatMilliseconds);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if (read(lock) === holder) rmSync(lock, { force: true });
  }
}

/** Takes the lock if it is free. Written aside and linked into place, so that it never stands there half written. */
function take(lock, holder) {
  buryStale(lock);
  const draft = `${lock}.${process.pid}`;
  writeFileSync(draft, holder);
  try {
    linkSync(draft, lock);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Moves a stale lock away; if that caught a fresh one (somebody was faster), it is put back. */
function buryStale(lock) {
  const holder = read(lock);
  if (holder === null || !isStale(lock, holder)) return;
  const grave = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, grave);
    if (read(grave) !== holder) linkSync(grave, lock);
  } catch {
    // Somebody else moved it first, or took the lock already: the next attempt finds out.
  }
  rmSync(grave, { force: true });
}

function isStale(lock, holder) {
  const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (age > staleMilliseconds) return true;
  const [host, pid] = holder.split(" ");
  return host === hostname() && !isAlive(Number(pid));
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function touch(lock) {
  try {
    utimesSync(lock, new Date(), new Date());
  } catch {
    // Taken over after a long sleep of the machine: the work goes on, npm itself refuses what cannot be.
  }
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
