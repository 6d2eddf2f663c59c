// Memory and threads of running processes.
import fs from "node:fs";

/** Peak memory in kB and most threads of all processes with these words in their command line, while something runs. Linux only. */
export async function watched(words, work) {
  let [peak, most] = [0, 0];
  const over = new AbortController();
  const look = async () => {
    while (!over.signal.aborted) {
      const seen = fs.readdirSync("/proc").flatMap((pid) => {
        try {
          if (!fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(words)) return [];
          const status = fs.readFileSync(`/proc/${pid}/status`, "utf8");
          return [
            [/VmRSS:\s+(\d+)/, /Threads:\s+(\d+)/].map((field) => Number(field.exec(status)?.[1] ?? 0)),
          ];
        } catch {
          return [];
        }
      });
      peak = Math.max(
        peak,
        seen.reduce((sum, [kilobytes]) => sum + kilobytes, 0),
      );
      most = Math.max(
        most,
        seen.reduce((sum, [, count]) => sum + count, 0),
      );
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const looking = look();
  const done = await work();
  over.abort();
  await looking;
  return { peak, most, done };
}
