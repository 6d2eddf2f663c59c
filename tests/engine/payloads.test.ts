import { defaultPayloadConverter } from "@temporalio/common";
import { expect, test } from "vitest";
import { dataConverter } from "../../engine/payloads.ts";

const [codec] = dataConverter.payloadCodecs;
const pack = async (value: unknown) => (await codec!.encode([defaultPayloadConverter.toPayload(value)]))[0]!;
const unpack = async (payload: Awaited<ReturnType<typeof pack>>): Promise<unknown> =>
  defaultPayloadConverter.fromPayload((await codec!.decode([payload]))[0]!);

test("a plan of ten thousand like steps fits into one payload, and comes back", async () => {
  const plan = Array.from({ length: 10_000 }, (_, index) => ({
    id: `s${index}`,
    kind: "run/noop",
    after: [`s${index - 1}`],
    resources: { cpu: 1, gpu: 0, memoryGb: 1 },
    checkpoint: { everySteps: null, everySeconds: 300, keep: 2, resume: "auto" },
  }));
  const payload = await pack(plan);
  expect(payload.data!.length).toBeLessThan(512 * 1024);
  expect(await unpack(payload)).toEqual(plan);
});

test("a small payload stays readable", async () => {
  const payload = await pack({ run: "demo" });
  expect(Buffer.from(payload.data!).toString()).toBe('{"run":"demo"}');
  expect(await unpack(payload)).toEqual({ run: "demo" });
});
