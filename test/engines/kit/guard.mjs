// Outlives the process that started it, for as long as it takes to clean up after it. Each line on stdin is a message: what that
// process owns now, or no longer. When stdin ends, however that process ended, what is still owned is stopped and removed.
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const GRACE_MS = 3_000;
const LOOK_MS = 50;

const processes = new Map();
const folders = new Set();

for await (const line of createInterface({ input: process.stdin })) {
  const { own, signal, folder, gone, removed } = JSON.parse(line);
  if (own) processes.set(own, signal);
  if (folder) folders.add(folder);
  if (gone) processes.delete(gone);
  if (removed) folders.delete(removed);
}
for (const [pid, signal] of processes) send(pid, signal);
const deadline = Date.now() + GRACE_MS;
while (alive().length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
for (const pid of alive()) send(pid, 'SIGKILL');
for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });

function alive() {
  return [...processes.keys()].filter((pid) => send(pid, 0));
}

/** False where that process is gone. */
function send(pid, signal) {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
    throw error;
  }
}
