import { expect, test } from "vitest";
import type { Client } from "@temporalio/client";
import { queueOf } from "../../../gitops/ids.ts";
import { withSession } from "../../../runs/with-session.ts";
import { openStore } from "../../../store/store.ts";
import { Lab, noop, recipe } from "../../support/gitops.ts";

const at = (cron: string, timezone: string) => ({
  recipes: ["recipes/*.yaml"],
  on: { schedule: { cron, timezone } },
});

/** The times of a schedule, by the server itself. */
async function timesOf(client: Client, scheduleId: string, from: string, to: string): Promise<string[]> {
  const time = (text: string) => ({ seconds: Date.parse(text) / 1000, nanos: 0 }) as never;
  const { startTime } = await client.workflowService.listScheduleMatchingTimes({
    ...{ namespace: "default", scheduleId, startTime: time(from), endTime: time(to) },
  });
  return startTime.map(({ seconds }) => new Date(Number(seconds) * 1000).toISOString());
}

test(
  "a schedule keeps its clock over daylight saving, and runs once after three days off (group 15)",
  {
    timeout: 120_000,
  },
  async () => {
    const lab = await Lab.make();
    void lab.serve();
    const pipelines = {
      nightly: at("0 3 * * *", "Europe/Berlin"),
      between: at("30 2 * * *", "Europe/Berlin"),
    };
    await lab.repository.commit({
      ".reprise/gitops.yaml": JSON.stringify({ gitops: 1, pipelines }),
      "recipes/a.yaml": recipe("a", { one: noop(1) }),
    });
    const store = openStore(lab.root);
    await withSession(store, async ({ client }) => {
      const idOf = async (pipeline: string): Promise<string | undefined> => {
        for await (const { scheduleId } of client.schedule.list())
          if (scheduleId.startsWith(`${queueOf(store)}:papers:schedule:${pipeline}:`)) return scheduleId;
        return undefined;
      };
      await expect.poll(() => idOf("between"), { timeout: 60_000, interval: 500 }).toBeDefined();
      const [nightly, between] = [(await idOf("nightly"))!, (await idOf("between"))!];
      // The clock goes from 2 to 3 on 28 March 2027, and back from 3 to 2 on 31 October 2027.
      expect(await timesOf(client, nightly, "2027-03-26T12:00:00Z", "2027-03-29T12:00:00Z")).toEqual([
        "2027-03-27T02:00:00.000Z",
        "2027-03-28T01:00:00.000Z",
        "2027-03-29T01:00:00.000Z",
      ]);
      // A time that the day does not have is left out; one that it has twice counts once.
      const spring = await timesOf(client, between, "2027-03-26T12:00:00Z", "2027-03-29T12:00:00Z");
      expect(spring).toEqual(["2027-03-27T01:30:00.000Z", "2027-03-29T00:30:00.000Z"]);
      const autumn = await timesOf(client, between, "2027-10-29T12:00:00Z", "2027-11-01T12:00:00Z");
      expect(autumn.map((time) => time.slice(0, 10))).toEqual(["2027-10-30", "2027-10-31", "2027-11-01"]);

      const { policies } = await client.schedule.getHandle(nightly).describe();
      expect(policies.overlap).toBe("SKIP");
      // What is missed is made up for as far as this window goes: of a daily one that is one time, not three.
      const off = Date.parse("2027-06-10T09:00:00Z");
      const window = new Date(off - policies.catchupWindow).toISOString();
      expect(await timesOf(client, nightly, window, new Date(off).toISOString())).toHaveLength(1);
      const before = new Date(off - 3 * 86_400_000).toISOString();
      expect(await timesOf(client, nightly, before, new Date(off).toISOString())).toHaveLength(3);
    });
  },
);
