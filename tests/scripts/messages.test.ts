import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { compileFunction } from "node:vm";
import { execa } from "execa";
import { beforeAll, expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { allMessages, nearMessages, ownModule, writeMessages } from "../../scripts/build/messages.mjs";
import { BINARY } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

/** As protobufjs has it. */
interface Described {
  constructor: { className?: string };
  toJSON: () => object;
  nested?: Record<string, Described>;
  fieldsArray?: { resolve: () => { resolvedType: { fullName: string } | null } }[];
  methods?: Record<string, { requestType: string; responseType: string }>;
}

const require = createRequire(import.meta.url);
const ofSdk = createRequire(require.resolve("@temporalio/client"));
const theirs = ofSdk("@temporalio/proto") as Described;

/** The module of the bundle, with the file of all messages in a folder. */
function load(folder: string): Described {
  const module = { exports: {} as Described };
  const near = (id: string): unknown =>
    ofSdk(id === "../lib/patch-protobuf-root" ? "@temporalio/proto/lib/patch-protobuf-root" : id);
  // As the bundler wraps it.
  const wrapped = compileFunction(ownModule(), ["require", "module", "__dirname"]) as (
    ...given: unknown[]
  ) => void;
  wrapped(near, module, folder);
  return module.exports;
}

const full = temporaryFolder();
let ours: Described;

beforeAll(() => {
  writeMessages(full);
  ours = load(full);
});

const kindOf = (one: unknown): string | undefined =>
  (one as { constructor?: Described["constructor"] } | undefined)?.constructor?.className ?? typeof one;

/** All that stands below a namespace, by its whole name. */
function* below(root: object, place: string[] = []): Generator<[string, unknown]> {
  const names = Object.keys((root as Described).nested ?? {});
  for (const name of names) {
    const one = (root as Record<string, unknown>)[name];
    yield [[...place, name].join("."), one];
    if (kindOf(one) === "Namespace") yield* below(one as object, [...place, name]);
  }
}

const at = (root: object, name: string): unknown =>
  name.split(".").reduce<unknown>((one, part) => (one as Record<string, unknown>)[part], root);

const fieldsOf = ({ fieldsArray = [] }: Described) =>
  fieldsArray.map((field) => field.resolve().resolvedType?.fullName ?? null);

test("the messages of the bundle are those of the SDK, each under its name", () => {
  let seen = 0;
  for (const [name, one] of below(theirs)) {
    seen += 1;
    const own = at(ours, name);
    expect([name, kindOf(own)]).toEqual([name, kindOf(one)]);
    if (kindOf(one) === "Service") {
      const asked = (service: unknown) =>
        Object.entries((service as Described).methods ?? {}).map(([method, types]) => [
          method,
          types.requestType,
          types.responseType,
        ]);
      expect(asked(own)).toEqual(asked(one));
    } else if (kindOf(one) === "Type") {
      expect((own as Described).toJSON()).toEqual((one as Described).toJSON());
      expect(fieldsOf(own as Described)).toEqual(fieldsOf(one as Described));
    } else if (kindOf(one) === "object") expect(own).toEqual(one);
  }
  expect(seen).toBeGreaterThan(1000);
});

interface Coded {
  lookupType: (name: string) => Coded;
  create: (value: object) => object;
  encode: (value: object) => { finish: () => Uint8Array };
  decode: (bytes: Uint8Array) => object;
}

test("a message is the same bytes, whether a run needs it or not", () => {
  const values: Record<string, object> = {
    "temporal.api.workflowservice.v1.StartWorkflowExecutionRequest": {
      namespace: "default",
      workflowId: "w",
      taskQueue: { name: "q" },
      input: { payloads: [{ metadata: { encoding: Buffer.from("json/plain") }, data: Buffer.from("1") }] },
      workflowRunTimeout: { seconds: 3 },
    },
    "temporal.api.batch.v1.BatchOperationInfo": { jobId: "j", state: 2, startTime: { seconds: 5 } },
  };
  for (const [name, value] of Object.entries(values)) {
    const [own, other] = [at(ours, name), at(theirs, name)] as [Coded, Coded];
    const bytes = other.encode(value).finish();
    expect(Buffer.from(own.encode(value).finish())).toEqual(Buffer.from(bytes));
    expect(own.decode(bytes)).toEqual(other.decode(bytes));
    expect((ours as unknown as Coded).lookupType(name)).toBe(own);
  }
});

interface Asked {
  create: (implementation: unknown, ...rest: boolean[]) => Record<string, (request: object) => unknown>;
}

test.each(["getSystemInfo", "listBatchOperations"])(
  "the method %s is asked by its own messages",
  (method) => {
    const asked = [ours, theirs].map((root) => {
      const found: unknown[] = [];
      const service = at(root, "temporal.api.workflowservice.v1.WorkflowService") as Asked;
      const made = service.create(
        (called: { name: string; resolvedResponseType: { fullName: string } }, bytes: Uint8Array) =>
          found.push(called.name, called.resolvedResponseType.fullName, Buffer.from(bytes)),
        false,
        false,
      );
      void made[method]!({ namespace: "here" });
      return [Object.keys(made).sort(), found];
    });
    expect(asked[0]![1]).toHaveLength(3);
    expect(asked[0]).toEqual(asked[1]);
  },
);

test("what a run needs is made of nothing that is left out", () => {
  const { Root } = require("protobufjs/light") as {
    Root: new () => { addJSON: (json: object) => Described };
  };
  const near = new Root().addJSON(nearMessages(allMessages()));
  const read = (one: Described): number =>
    fieldsOf(one).length + Object.values(one.nested ?? {}).reduce((sum, inner) => sum + read(inner), 0);
  expect(read(near)).toBeGreaterThan(1000);
  const alone = load(path.join(full, "nothing"));
  expect(() => at(alone, "temporal.api.batch.v1.BatchOperationInfo")).toThrow("ENOENT");
});

test("a run, also one that fails and is begun on a new server, needs none of the others", async () => {
  const cwd = temporaryFolder();
  const recipe = path.join(cwd, "r.yaml");
  writeFileSync(
    recipe,
    'recipe: 1\nname: r\nsteps:\n  a: { uses: run/noop, with: {} }\n  b: { uses: run/command, with: { argv: ["false"], outputs: { o: path }, metrics: [] }, needs: [a] }\n',
  );
  const hook = path.join(packageRoot, "tests", "support", "no-all-messages.cjs");
  const call = (...args: string[]) =>
    execa(process.execPath, ["--require", hook, BINARY, ...args], { cwd, reject: false });
  try {
    const { stdout, stderr } = await call("run", "r.yaml");
    expect(stderr).toBe("");
    expect(stdout).toMatch(/a +run\/noop +done/);
    expect(stdout).toMatch(/b +run\/command +failed/);
  } finally {
    await call("down");
  }
});
