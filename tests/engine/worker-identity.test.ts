import { expect, test } from "vitest";
import { isDeadWorker, workerIdentity } from "../../engine/worker-identity.ts";

const [prefix, host, pid, boot, started, space] = workerIdentity().split("|");
const like = (...parts: (string | undefined)[]) => parts.join("|");
const EMBEDDED = {};
const EXTERNAL = { TEMPORAL_ADDRESS: "server:7233" };

test.each([
  ["this very process", like(prefix, host, pid, boot, started, space), false, false],
  ["a process of this container that is gone", like(prefix, host, pid, boot, "1", space), true, true],
  ["the same by another host's name", like(prefix, "renamed", pid, boot, "1", space), true, true],
  ["a container of the same name", like(prefix, host, pid, boot, "1", "pid:[1]"), false, false],
  ["a version that says nothing of containers", like(prefix, host, pid, boot, "1"), false, false],
  // Whoever reaches the embedded server is on this machine.
  [
    "another kernel, or this machine before it started anew",
    like(prefix, host, pid, "b", "1", space),
    true,
    false,
  ],
  ["somebody else's worker", "12345@host", false, false],
])("of %s", (_, identity, deadAtEmbedded, deadAtExternal) => {
  expect(isDeadWorker(identity, EMBEDDED)).toBe(deadAtEmbedded);
  expect(isDeadWorker(identity, EXTERNAL)).toBe(deadAtExternal);
});
